// What the two C files of the image share: the door to service mode (S-04).

#include <stdbool.h>
#include <stdint.h>

// Releases all pins, lights `lamps` (a bit for each GPIO), stops the watchdog, forgets what a host has
// sent so far, and lets the prompt follow main.py. Only if STOP and PAIN are seen pressed: STOP_OK low,
// PAIN_NO high. Returns whether it was so.
bool inert_open_service(uint32_t stop_ok, uint32_t pain_no, uint32_t lamps);
