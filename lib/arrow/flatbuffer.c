/*
 * flatbuffer: where the members of a table lie; believes no distance.
 */
#include "lib/arrow/flatbuffer.h"

#include <string.h>

#include "base/buf.h"
#include "base/show.h"

static bool has_bytes(vv_flatbuffer *b, size_t at, size_t len)
{
	if (at <= b->len && len <= b->len - at) return true;
	b->bad = true;
	return false;
}

static size_t get_u16(const vv_flatbuffer *b, size_t at)
{
	return (size_t)(b->bytes[at] | b->bytes[at + 1] << 8);
}

static vv_flat_table table_at(vv_flatbuffer *b, size_t at)
{
	const vv_flat_table none = {0};
	vv_flat_table t = {.at = at};

	if (at == 0 || !has_bytes(b, at, 4)) return none;
	int64_t places = (int64_t)at - (int32_t)vv_get_le32(b->bytes + at);
	if (places < 0 || !has_bytes(b, (size_t)places, 4)) {
		b->bad = true;
		return none;
	}
	t.places = (size_t)places;
	t.places_len = get_u16(b, t.places);
	t.len = get_u16(b, t.places + 2);
	if (t.places_len < 4 || t.len < 4 || !has_bytes(b, t.places, t.places_len) ||
	    !has_bytes(b, at, t.len)) {
		b->bad = true;
		return none;
	}
	return t;
}

/* The target of the reference at a place, with at least 4 bytes; 0: invalid. */
static size_t follow_reference(vv_flatbuffer *b, size_t at)
{
	if (!has_bytes(b, at, 4)) return 0;
	size_t to = at + vv_get_le32(b->bytes + at);
	if (to == at || !has_bytes(b, to, 4)) {
		b->bad = true;
		return 0;
	}
	return to;
}

/* The offset of a member; 0: it has its default. */
static size_t member_place(vv_flatbuffer *b, vv_flat_table t, unsigned member, size_t size)
{
	const size_t slot = 4 + 2 * (size_t)member;
	const size_t offset = t.at == 0 || slot + 2 > t.places_len ? 0
								   : get_u16(b, t.places + slot);

	if (offset == 0) return 0;
	if (offset + size > t.len) {
		b->bad = true;
		return 0;
	}
	return t.at + offset;
}

vv_flat_table vv_flat_root(vv_flatbuffer *b)
{
	return table_at(b, follow_reference(b, 0));
}

int64_t vv_flat_int(vv_flatbuffer *b, vv_flat_table t, unsigned member, unsigned size,
		    int64_t missing)
{
	const size_t at = member_place(b, t, member, size);

	if (at == 0) return missing;
	switch (size) {
	case 1:
		return (int8_t)b->bytes[at];
	case 2:
		return (int16_t)get_u16(b, at);
	case 4:
		return (int32_t)vv_get_le32(b->bytes + at);
	default:
		return (int64_t)vv_get_le64(b->bytes + at);
	}
}

vv_flat_table vv_flat_child(vv_flatbuffer *b, vv_flat_table t, unsigned member)
{
	const size_t at = member_place(b, t, member, 4);

	return table_at(b, at ? follow_reference(b, at) : 0);
}

vv_flat_vector vv_flat_elements(vv_flatbuffer *b, vv_flat_table t, unsigned member, size_t size)
{
	const size_t at = member_place(b, t, member, 4), to = at ? follow_reference(b, at) : 0;
	vv_flat_vector v = {0};

	if (to == 0) return v;
	v.count = vv_get_le32(b->bytes + to);
	v.at = to + 4;
	if (!has_bytes(b, v.at, v.count * size)) {
		v.count = 0;
	}
	return v;
}

char *vv_flat_text(vv_flatbuffer *b, vv_flat_table t, unsigned member, vv_arena *arena)
{
	const vv_flat_vector v = vv_flat_elements(b, t, member, 1);
	const char *text = v.count > 0 ? (const char *)b->bytes + v.at : "";

	return memchr(text, 0, v.count) || !vv_utf8_valid(text, v.count)
		       ? NULL
		       : vv_arena_strndup(arena, text, v.count);
}

vv_flat_table vv_flat_element(vv_flatbuffer *b, vv_flat_vector v, size_t i)
{
	return table_at(b, follow_reference(b, v.at + 4 * i));
}
