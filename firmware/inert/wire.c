// The module manostat_wire: what has to be done with every byte of every frame, in 4 us instead of
// the 25 of compiled Python. The same in readable form: firmware/manostat/link/portable.py.

#include "py/runtime.h"

#define FRAME_BYTES (32)
#define CONTENT_AT (35) // kind and body, packed where their words are aligned
#define CONTENT_BYTES (26)
#define CRC_BYTES (4)

// CRC-32 of IEEE 802.3, reflected, four bits at a time.
static const uint32_t crc_table[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

// finish(buf): from buf[35:61], kind and body, to the frame in buf[:32]. ValueError if buf is shorter.
static mp_obj_t finish(mp_obj_t buf_in) {
    mp_buffer_info_t buf;
    mp_get_buffer_raise(buf_in, &buf, MP_BUFFER_RW);
    if (buf.len < CONTENT_AT + CONTENT_BYTES) {
        mp_raise_ValueError(NULL);
    }
    uint8_t *wire = buf.buf;
    const uint8_t *content = wire + CONTENT_AT;
    uint32_t crc = 0xffffffff;
    uint8_t *code = wire; // of the stretch that has begun: where its length belongs
    uint8_t *to = wire + 1;
    for (int i = 0; i < CONTENT_BYTES + CRC_BYTES; ++i, ++to) {
        uint8_t byte;
        if (i < CONTENT_BYTES) {
            byte = content[i];
            crc ^= byte;
            crc = crc >> 4 ^ crc_table[crc & 15];
            crc = crc >> 4 ^ crc_table[crc & 15];
        } else {
            byte = ~crc;
            crc >>= 8;
        }
        if (byte != 0) {
            *to = byte;
        } else {
            *code = to - code;
            code = to;
        }
    }
    *code = to - code;
    *to = 0;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(finish_obj, finish);

static const mp_rom_map_elem_t wire_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_manostat_wire) },
    { MP_ROM_QSTR(MP_QSTR_finish), MP_ROM_PTR(&finish_obj) },
};
static MP_DEFINE_CONST_DICT(wire_globals, wire_globals_table);

const mp_obj_module_t manostat_wire_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&wire_globals,
};

MP_REGISTER_MODULE(MP_QSTR_manostat_wire, manostat_wire_module);
