// Every exit of the program ends inert: pins released, interrupts off, no prompt: S-01, S-03, T-04.
// But for service mode, which is opened with STOP and PAIN held at power-on: S-04.
// And what a host sends costs a tick no more than one packet, in which a STOP is heard: S-01, S-02.
//
// Stock MicroPython runs the frozen _boot.py, then boot.py, then main.py, and when main.py returns,
// raises or is interrupted it opens a prompt on USB; SystemExit starts everything again. Here
// nothing follows main.py. These functions stand in front of MicroPython's own (linker --wrap);
// should a later version rename one of them, __real_... is undefined and the image does not link.

#ifndef NO_QSTR // MicroPython scans this file for interned names without tinyusb's headers: none here

#include <string.h>

#include "inert.h"

#include "hardware/gpio.h"
#include "hardware/pio.h"
#include "hardware/structs/nvic.h"
#include "hardware/structs/watchdog.h"
#include "hardware/sync.h"
#include "py/mphal.h"
#include "py/ringbuf.h"
#include "py/runtime.h"
#include "shared/runtime/pyexec.h"
#include "tusb.h"

#define FLUSH_MS (100) // for the last words of a failed program to reach the host

int __real_pyexec_file_if_exists(const char *filename);
int __wrap_pyexec_file_if_exists(const char *filename);
void __real_mp_hal_set_interrupt_char(int c);
void __wrap_mp_hal_set_interrupt_char(int c);
mp_uint_t __real_mp_usbd_cdc_tx_strn(const char *str, mp_uint_t len);
mp_uint_t __wrap_mp_usbd_cdc_tx_strn(const char *str, mp_uint_t len);
void __real_tud_cdc_rx_cb(uint8_t itf);
void __wrap_tud_cdc_rx_cb(uint8_t itf);
uintptr_t __real_mp_usbd_cdc_poll_interfaces(uintptr_t poll_flags);
uintptr_t __wrap_mp_usbd_cdc_poll_interfaces(uintptr_t poll_flags);
void __real_nlr_jump_fail(void *val);
void __wrap_nlr_jump_fail(void *val);

// Every pin becomes an input with no function, so that the external pull-up disables the driver, and
// both PIO blocks stop, whatever is still granted. A running watchdog goes on: it restarts the
// board, which starts idle.
static void release_pins(void) {
    pio0->ctrl = 0;
    pio1->ctrl = 0;
    for (uint pin = 0; pin < NUM_BANK0_GPIOS; ++pin) {
        gpio_set_dir(pin, GPIO_IN);
        gpio_deinit(pin);
    }
}

static void NORETURN sleep_for_ever(void) {
    (void)save_and_disable_interrupts();
    nvic_hw->icer = 0xffffffff; // a pending interrupt would keep waking the processor
    for (;;) {
        __wfi();
    }
}

// Kept twice, so that no flipped bit opens a prompt.
#define SERVICE_OPEN (0x5a17c3e9u)
static uint32_t service;
static uint32_t service_inverse;
static uint32_t service_lamps;

static bool service_is_open(void) {
    return service == SERVICE_OPEN && service_inverse == ~SERVICE_OPEN;
}

static void release_pins_for_service(void) {
    release_pins();
    gpio_init_mask(service_lamps);
    gpio_set_mask(service_lamps);
    gpio_set_dir_out_masked(service_lamps);
}

bool inert_open_service(uint32_t stop_ok, uint32_t pain_no, uint32_t lamps) {
    if (stop_ok >= NUM_BANK0_GPIOS || pain_no >= NUM_BANK0_GPIOS || gpio_get(stop_ok) || !gpio_get(pain_no)) {
        return false;
    }
    service_lamps = lamps;
    release_pins_for_service();
    hw_clear_bits(&watchdog_hw->ctrl, WATCHDOG_CTRL_ENABLE_BITS);
    if (tusb_inited()) {
        tud_cdc_read_flush();
    }
    stdin_ringbuf.iget = stdin_ringbuf.iput;
    service = SERVICE_OPEN;
    service_inverse = ~SERVICE_OPEN;
    return true;
}

int __wrap_pyexec_file_if_exists(const char *filename) {
    if (service_is_open()) { // a soft reset: neither file runs again, and the prompt is next
        release_pins_for_service();
        return 1;
    }
    int ret = __real_pyexec_file_if_exists(filename);
    if (strcmp(filename, "boot.py") == 0 && ret == 1) {
        return ret; // the frozen boot.py ended as it should: main.py is next
    }
    if (service_is_open() && ret == 1) {
        return ret; // main.py has opened service mode: the prompt is next
    }
    release_pins();
    mp_hal_delay_ms(FLUSH_MS);
    sleep_for_ever();
}

// An exception outside of any handler: the stock port stops at a breakpoint with its pins as is.
void __wrap_nlr_jump_fail(void *val) {
    (void)val;
    release_pins();
    sleep_for_ever();
}

// No byte on the console interrupts the program, not even before main.py has said so.
void __wrap_mp_hal_set_interrupt_char(int c) {
    __real_mp_hal_set_interrupt_char(service_is_open() ? c : -1);
}

// SCRATCH3 of the watchdog is the slate between this file and link/host_stop.py.
#define SLATE (watchdog_hw->scratch[3])
#define LISTEN (1) // written by the firmware: the pump moves, or is about to
#define STOP_HEARD (2) // while listening
#define DROPPED (4) // while listening: something else came, and was dropped
#define STOP_AT_REST (8)

// The one STOP frame there is (docs/protocol.md). Its first byte stands nowhere else in it: a byte
// that does not go on can only be the first of another one.
static const uint8_t stop_frame[] = {0x07, 0x53, 0xff, 0xe5, 0xf3, 0x4d, 0xfd, 0x00};

// How many bytes of stop_frame in a row are the last ones that came.
static size_t stop_seen;

// What `byte` tells, as bits of the slate, less LISTEN.
static uint32_t hear(uint8_t byte, bool listening) {
    if (byte == stop_frame[stop_seen]) {
        if (++stop_seen < sizeof(stop_frame)) {
            return 0;
        }
        stop_seen = 0;
        return listening ? STOP_HEARD : STOP_AT_REST;
    }
    stop_seen = byte == stop_frame[0] ? 1 : 0;
    return listening && byte != 0 ? DROPPED : 0;
}

// What has arrived stays in TinyUSB's FIFO until `take_packet`. As long as that is not empty the host
// gets no further packet through: a flood costs a tick one packet, and the host waits.
void __wrap_tud_cdc_rx_cb(uint8_t itf) {
    if (service_is_open()) {
        __real_tud_cdc_rx_cb(itf);
    }
}

// Takes at most one packet, 64 bytes: to the program at rest, as many as its buffer has room for;
// while listening to nobody, once it is known that they are no STOP.
static void take_packet(void) {
    uint32_t count = tud_cdc_available();
    uint32_t told = SLATE;
    bool listening = told & LISTEN;
    if (!listening) {
        count = MIN(count, ringbuf_free(&stdin_ringbuf));
    } else if (ringbuf_avail(&stdin_ringbuf)) {
        stdin_ringbuf.iget = stdin_ringbuf.iput; // was scanned when it came
        SLATE = told |= DROPPED;
    }
    if (count == 0) {
        return;
    }
    uint8_t bytes[CFG_TUD_CDC_RX_BUFSIZE];
    count = tud_cdc_read(bytes, MIN(count, sizeof(bytes)));
    for (uint32_t i = 0; i < count; ++i) {
        told |= hear(bytes[i], listening);
        if (!listening) {
            ringbuf_put(&stdin_ringbuf, bytes[i]);
        }
    }
    SLATE = told;
}

// Called whenever the program asks for a byte: at rest.
uintptr_t __wrap_mp_usbd_cdc_poll_interfaces(uintptr_t poll_flags) {
    if (!service_is_open()) {
        take_packet();
    }
    return __real_mp_usbd_cdc_poll_interfaces(poll_flags);
}

// Called once a tick at least, with its frame. Never waits for a host (the stock port waits up to 500 ms): a packet that does not fit is dropped
// whole, so that frames whose size divides the packet stay whole. With no host connected the
// buffer is overwritten, as in the stock port, and holds the latest.
mp_uint_t __wrap_mp_usbd_cdc_tx_strn(const char *str, mp_uint_t len) {
    if (service_is_open()) {
        return __real_mp_usbd_cdc_tx_strn(str, len);
    }
    if (!tusb_inited()) {
        return 0;
    }
    take_packet();
    mp_uint_t sent = 0;
    while (sent < len) {
        mp_uint_t packet = MIN(len - sent, CFG_TUD_CDC_EP_BUFSIZE);
        if (tud_cdc_connected() && tud_cdc_write_available() < packet) {
            break;
        }
        mp_uint_t taken = tud_cdc_write(str + sent, packet);
        if (taken == 0) {
            break; // unplugged with the FIFO full: TinyUSB overwrites only once the port was closed
        }
        sent += taken;
        tud_cdc_write_flush();
    }
    return sent;
}

#endif // NO_QSTR
