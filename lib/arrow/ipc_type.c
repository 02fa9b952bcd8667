/*
 * ipc_type: the types of Schema.fbs.
 */
#include "lib/arrow/ipc_type.h"

const char *vv_ipc_int_format(vv_flatbuffer *b, vv_flat_table t)
{
	static const char *const formats[] = {"C", "c", "S", "s", "I", "i", "L", "l"};
	const int is_signed = vv_flat_int(b, t, 1, 1, 0) != 0;

	switch (vv_flat_int(b, t, 0, 4, 0)) {
	case 8:
		return formats[is_signed];
	case 16:
		return formats[2 + is_signed];
	case 32:
		return formats[4 + is_signed];
	case 64:
		return formats[6 + is_signed];
	default:
		return NULL;
	}
}

/* The format of a unit of time. */
static const char *unit_format(vv_flatbuffer *b, vv_flat_table t, const char *const formats[4],
			       int64_t missing)
{
	const int64_t unit = vv_flat_int(b, t, 0, 2, missing);

	return unit >= 0 && unit < 4 ? formats[unit] : NULL;
}

static const char *time_format(vv_flatbuffer *b, vv_flat_table t)
{
	static const char *const formats[] = {"tts", "ttm", "ttu", "ttn"};
	const int64_t unit = vv_flat_int(b, t, 0, 2, 1);

	if (vv_flat_int(b, t, 1, 4, 32) == (unit < 2 ? 32 : 64)) {
		return unit_format(b, t, formats, 1);
	}
	return NULL;
}

static const char *moment_format(vv_flatbuffer *b, vv_flat_table t, vv_arena *arena)
{
	const int64_t unit = vv_flat_int(b, t, 0, 2, 0);
	const char *zone = vv_flat_text(b, t, 1, arena);

	return zone && unit >= 0 && unit < 4 ? vv_arena_printf(arena, "ts%c:%s", "smun"[unit], zone)
					     : NULL;
}

static const char *decimal_format(vv_flatbuffer *b, vv_flat_table t, vv_arena *arena)
{
	const int64_t precision = vv_flat_int(b, t, 0, 4, 0), scale = vv_flat_int(b, t, 1, 4, 0),
		      bits = vv_flat_int(b, t, 2, 4, 128);

	return bits < 32 || bits > 256 || bits % 32 != 0 || precision < 0 || precision > 100
		       ? NULL
		       : vv_arena_printf(arena, "d:%d,%d,%d", (int)precision, (int)scale,
					 (int)bits);
}

/* The union Type. */
static const char *const type_names[] = {"nothing",
					 "null",
					 "int",
					 "float",
					 "binary",
					 "utf8",
					 "bool",
					 "decimal",
					 "date",
					 "time",
					 "timestamp",
					 "interval",
					 "list",
					 "struct",
					 "union",
					 "fixed_size_binary",
					 "fixed_size_list",
					 "map",
					 "duration",
					 "large_binary",
					 "large_utf8",
					 "large_list",
					 "run_end_encoded",
					 "binary_view",
					 "utf8_view",
					 "list_view",
					 "large_list_view"};
#define TYPES (sizeof(type_names) / sizeof(type_names[0]))

const char *vv_ipc_type_name(uint8_t type)
{
	return type < TYPES ? type_names[type] : "of a later version of Arrow";
}

const char *vv_ipc_type_format(vv_flatbuffer *b, uint8_t type, vv_flat_table t, vv_arena *arena)
{
	static const char *const floats[] = {"e", "f", "g", NULL}, *const dates[] = {"tdD", "tdm"},
				 *const durations[] = {"tDs", "tDm", "tDu", "tDn"};
	static const char *const plain[TYPES] = {
		[1] = "n",   [5] = "u",  [6] = "b",   [12] = "+l", [13] = "+s",
		[17] = "+m", [20] = "U", [21] = "+L", [24] = "vu"};

	switch (type) {
	case 2:
		return vv_ipc_int_format(b, t);
	case 3:
		return unit_format(b, t, floats, 0);
	case 7:
		return decimal_format(b, t, arena);
	case 8:
		return dates[vv_flat_int(b, t, 0, 2, 1) != 0];
	case 9:
		return time_format(b, t);
	case 10:
		return moment_format(b, t, arena);
	case 16:
		return vv_arena_printf(arena, "+w:%u",
				       (unsigned)vv_flat_int(b, t, 0, 4, 0) & INT32_MAX);
	case 18:
		return unit_format(b, t, durations, 1);
	default:
		return type < TYPES ? plain[type] : NULL;
	}
}
