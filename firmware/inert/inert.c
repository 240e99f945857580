// Every exit of the program ends inert: pins released, interrupts off, no prompt: S-01, S-03, T-04.
//
// Stock MicroPython runs the frozen _boot.py, then boot.py, then main.py, and when main.py returns,
// raises or is interrupted it opens a prompt on USB; SystemExit starts everything again. Here
// nothing follows main.py. These functions stand in front of MicroPython's own (linker --wrap);
// should a later version rename one of them, __real_... is undefined and the image does not link.

#ifndef NO_QSTR // MicroPython scans this file for interned names without tinyusb's headers: none here

#include <string.h>

#include "hardware/gpio.h"
#include "hardware/pio.h"
#include "hardware/structs/nvic.h"
#include "hardware/sync.h"
#include "py/mphal.h"
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

int __wrap_pyexec_file_if_exists(const char *filename) {
    int ret = __real_pyexec_file_if_exists(filename);
    if (strcmp(filename, "boot.py") == 0 && ret == 1) {
        return ret; // the frozen boot.py ended as it should: main.py is next
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
    (void)c;
    __real_mp_hal_set_interrupt_char(-1);
}

// Never waits for a host (the stock port waits up to 500 ms): a packet that does not fit is dropped
// whole, so that frames whose size divides the packet stay whole. With no host connected the
// buffer is overwritten, as in the stock port, and holds the latest.
mp_uint_t __wrap_mp_usbd_cdc_tx_strn(const char *str, mp_uint_t len) {
    if (!tusb_inited()) {
        return 0;
    }
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
