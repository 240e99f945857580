// The module manostat_service: the one way to a prompt (S-04). Used by firmware/manostat/service_door.py.

#include "inert.h"
#include "py/runtime.h"

// open(stop_ok, pain_no, lamps): two GPIO numbers and a mask of GPIOs. Whether service mode is open.
static mp_obj_t service_open(mp_obj_t stop_ok, mp_obj_t pain_no, mp_obj_t lamps) {
    return mp_obj_new_bool(inert_open_service(
        mp_obj_get_int(stop_ok), mp_obj_get_int(pain_no), mp_obj_get_int_truncated(lamps)));
}
static MP_DEFINE_CONST_FUN_OBJ_3(service_open_obj, service_open);

static const mp_rom_map_elem_t service_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_manostat_service) },
    { MP_ROM_QSTR(MP_QSTR_open), MP_ROM_PTR(&service_open_obj) },
};
static MP_DEFINE_CONST_DICT(service_globals, service_globals_table);

const mp_obj_module_t manostat_service_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&service_globals,
};

MP_REGISTER_MODULE(MP_QSTR_manostat_service, manostat_service_module);
