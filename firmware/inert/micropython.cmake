# What the image changes in MicroPython's rp2 port, without touching its sources: sizes, six functions
# replaced at link time (inert.c), and two modules added (wire.c, service.c). Passed to the port's makefile as
# USER_C_MODULES.

add_library(manostat_inert INTERFACE)

target_sources(manostat_inert INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}/inert.c
    ${CMAKE_CURRENT_LIST_DIR}/service.c
    ${CMAKE_CURRENT_LIST_DIR}/wire.c
)

target_include_directories(manostat_inert INTERFACE ${CMAKE_CURRENT_LIST_DIR})

# Small enough that a host flooding the console cannot delay a tick; stock is 256 and 512 bytes.
target_compile_definitions(manostat_inert INTERFACE
    CFG_TUD_CDC_RX_BUFSIZE=64
    MICROPY_HW_STDIN_BUFFER_LEN=64
    MICROPY_HW_USB_CDC_1200BPS_TOUCH=0
)

# Where a name was found last, by its number modulo this; stock is 128 bytes. There two names of a tick
# may share a place, or not, as the numbers of a build fall out: some 30 us of a tick.
target_compile_definitions(manostat_inert INTERFACE
    MICROPY_OPT_MAP_LOOKUP_CACHE_SIZE=1024
)

target_link_options(manostat_inert INTERFACE
    -Wl,--wrap=pyexec_file_if_exists
    -Wl,--wrap=mp_hal_set_interrupt_char
    -Wl,--wrap=mp_usbd_cdc_tx_strn
    -Wl,--wrap=mp_usbd_cdc_poll_interfaces
    -Wl,--wrap=tud_cdc_rx_cb
    -Wl,--wrap=nlr_jump_fail
    -Wl,--require-defined=mp_usbd_cdc_tx_strn
    -Wl,--require-defined=mp_usbd_cdc_poll_interfaces
    -Wl,--require-defined=tud_cdc_rx_cb
    -Wl,--require-defined=nlr_jump_fail
)

target_link_libraries(usermod INTERFACE manostat_inert)
