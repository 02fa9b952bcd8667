/*
 * ipc: the messages of Arrow's streams, and as much of FlatBuffers as they need.
 *
 * A table of FlatBuffers is written before its references' targets: references are forward distances, filled in when the
 * target is written.
 */
#include "lib/arrow/ipc.h"
#include "base/array.h"
#include "base/json/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN 64u
#define V5 4
#define SLOTS_MAX 7u
/* The union MessageHeader. */
#define HEADER_SCHEMA 1
#define HEADER_DICTIONARY 2
#define HEADER_BATCH 3

/* ---- FlatBuffers ---- */

/* A member of a table, in the order of its declaration. A reference has size 4 and is filled in later. */
typedef struct slot {
	uint8_t size; /* bytes; 0: not there */
	int64_t value;
	size_t at; /* where it was put */
} slot;

static void put_zeros(vv_buf *b, size_t count)
{
	while (count-- > 0) {
		vv_buf_putc(b, 0);
	}
}

static void align_buf(vv_buf *b, size_t to)
{
	put_zeros(b, (to - b->len % to) % to);
}

static void put_le(vv_buf *b, uint64_t v, size_t bytes)
{
	uint8_t all[8];

	vv_put_le64(all, v);
	vv_buf_put(b, all, bytes);
}

/* Sets the reference at a place to the next written position. */
static void set_reference(vv_buf *b, size_t at)
{
	if (!b->failed) {
		vv_put_le32((uint8_t *)b->data + at, (uint32_t)(b->len - at));
	}
}

static size_t place_members(slot *slots, size_t count)
{
	size_t end = 4; /* after the distance to the table of places */

	for (size_t size = 8; size > 0; size /= 2) {
		vv_array_each(slots, count, it) {
			if (it->size == size) {
				end = (end + size - 1) / size * size;
				it->at = end;
				end += size;
			}
		}
	}
	return end;
}

/* A table that the reference at `from` is to. */
static void put_table(vv_buf *b, size_t from, slot *slots, size_t count)
{
	const size_t end = place_members(slots, count), places = 4 + 2 * count;

	put_zeros(b, (8 - (b->len + places) % 8) % 8);
	put_le(b, places, 2);
	put_le(b, end, 2);
	vv_array_each(slots, count, it) {
		put_le(b, it->size ? it->at : 0, 2);
	}
	size_t table = b->len;
	set_reference(b, from);
	put_le(b, places, 4);
	put_zeros(b, end - 4);
	vv_array_each(slots, count, it) {
		it->at += table;
		for (size_t k = 0; k < it->size && !b->failed; k++) {
			b->data[it->at + k] = (char)(uint8_t)((uint64_t)it->value >> 8 * k);
		}
	}
}

static void put_string(vv_buf *b, size_t from, const char *text, size_t len)
{
	align_buf(b, 4);
	set_reference(b, from);
	put_le(b, len, 4);
	vv_buf_put(b, text, len);
	vv_buf_putc(b, 0);
}

/* A vector whose elements follow, those of 8 bytes and more at multiples of 8. */
static void begin_vector(vv_buf *b, size_t from, size_t count, bool wide)
{
	align_buf(b, 4);
	if (wide && b->len % 8 == 0) {
		put_zeros(b, 4);
	}
	set_reference(b, from);
	put_le(b, count, 4);
}

/* References, to be filled in; the place of the first one. */
static size_t put_references(vv_buf *b, size_t from, size_t count)
{
	begin_vector(b, from, count, false);
	put_zeros(b, 4 * count);
	return b->len - 4 * count;
}

/* ---- types ---- */

/* How a column's values are kept. */
typedef struct layout {
	uint8_t type;     /* of the union Type */
	uint8_t buffers;  /* in an array */
	uint8_t width;    /* bytes of a value, or of an offset; 0: bits */
	uint8_t members;  /* of the type's table */
	slot member[3];   /* of them those that have a value */
	const char *zone; /* of a timestamp: the second member; NULL: none */
} layout;

#define TYPE_INT 2
#define NUMBER(bits, is_signed)                                                                    \
	{                                                                                          \
		TYPE_INT, 2, (bits) / 8, 2, {{4, bits, 0}, {1, is_signed, 0}}, NULL                \
	}
#define FLOAT(bytes, precision)                                                                    \
	{                                                                                          \
		3, 2, bytes, 1, {{2, precision, 0}}, NULL                                          \
	}
#define PLAIN(type, buffers, width)                                                                \
	{                                                                                          \
		type, buffers, width, 0, {{0}}, NULL                                               \
	}
#define UNIT(type, width, unit)                                                                    \
	{                                                                                          \
		type, 2, width, 1, {{2, unit, 0}}, NULL                                            \
	}
#define TIME(bits, unit)                                                                           \
	{                                                                                          \
		9, 2, (bits) / 8, 2, {{2, unit, 0}, {4, bits, 0}}, NULL                            \
	}

/* Formats of the C data interface as types of Schema.fbs. */
static const struct {
	const char *format;
	layout is;
} formats[] = {
	{"n", PLAIN(1, 0, 0)},   {"b", PLAIN(6, 2, 0)},   {"c", NUMBER(8, 1)},
	{"C", NUMBER(8, 0)},     {"s", NUMBER(16, 1)},    {"S", NUMBER(16, 0)},
	{"i", NUMBER(32, 1)},    {"I", NUMBER(32, 0)},    {"l", NUMBER(64, 1)},
	{"L", NUMBER(64, 0)},    {"e", FLOAT(2, 0)},      {"f", FLOAT(4, 1)},
	{"g", FLOAT(8, 2)},      {"z", PLAIN(4, 3, 4)},   {"u", PLAIN(5, 3, 4)},
	{"Z", PLAIN(19, 3, 8)},  {"U", PLAIN(20, 3, 8)},  {"tdD", UNIT(8, 4, 0)},
	{"tdm", UNIT(8, 8, 1)},  {"tts", TIME(32, 0)},    {"ttm", TIME(32, 1)},
	{"ttu", TIME(64, 2)},    {"ttn", TIME(64, 3)},    {"tDs", UNIT(18, 8, 0)},
	{"tDm", UNIT(18, 8, 1)}, {"tDu", UNIT(18, 8, 2)}, {"tDn", UNIT(18, 8, 3)},
};

static bool is_timestamp(layout *out, const char *format)
{
	static const char units[] = "smun";
	const char *unit = strncmp(format, "ts", 2) == 0 && format[2] ? strchr(units, format[2])
								      : NULL;

	if (!unit || format[3] != ':') return false;
	*out = (layout)UNIT(10, 8, unit - units);
	if (format[4]) {
		out->zone = format + 4;
		out->members = 2;
		out->member[1].size = 4;
	}
	return true;
}

static bool is_decimal(layout *out, const char *format)
{
	int precision, scale, bits = 128, end = 0;

	if (sscanf(format, "d:%d,%d%n", &precision, &scale, &end) < 2) return false;
	if (format[end] == ',') {
		if (sscanf(format + end, ",%d%n", &bits, &end) < 1) return false;
	} else if (format[end] != '\0') {
		return false;
	}
	*out = (layout){.type = 7,
			.buffers = 2,
			.width = (uint8_t)(bits / 8),
			.members = 3,
			.member = {{4, precision, 0}, {4, scale, 0}, {4, bits, 0}}};
	return true;
}

static bool layout_of(layout *out, const char *format)
{
	vv_array_each(formats, sizeof(formats) / sizeof(formats[0]), it) {
		if (strcmp(it->format, format) == 0) {
			*out = it->is;
			return true;
		}
	}
	return is_timestamp(out, format) || is_decimal(out, format);
}

/* ---- messages ---- */

/* An empty message with a header of this kind; the place of the reference to it. */
static size_t begin_message(vv_buf *b, int header, uint64_t body)
{
	slot slots[] = {{2, V5, 0}, {1, header, 0}, {4, 0, 0}, {8, (int64_t)body, 0}};

	vv_buf_reset(b);
	put_zeros(b, 4);
	put_table(b, 0, slots, 4);
	return slots[2].at;
}

static vv_status write_message(vv_arrow_ipc *w, vv_error *err)
{
	uint8_t prefix[8];
	vv_status rc;

	align_buf(&w->message, ALIGN);
	put_zeros(&w->message, ALIGN - sizeof(prefix)); /* so that what follows is aligned, too */
	if ((rc = vv_buf_ok(&w->message, err)) < 0) return rc;
	vv_put_le32(prefix, 0xffffffffu);
	vv_put_le32(prefix + 4, (uint32_t)w->message.len);
	rc = w->write(w->payload, prefix, sizeof(prefix), err);
	return rc < 0 ? rc : w->write(w->payload, w->message.data, w->message.len, err);
}

/* ---- the schema ---- */

static int32_t read_native32(const char *p)
{
	int32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Metadata of the C data interface as pairs. */
static void put_pairs(vv_buf *b, size_t from, const char *metadata)
{
	const size_t count = (size_t)read_native32(metadata);
	size_t at = put_references(b, from, count);
	const char *p = metadata + 4;

	for (size_t i = 0; i < count; i++, at += 4) {
		slot pair[] = {{4, 0, 0}, {4, 0, 0}};

		put_table(b, at, pair, 2);
		vv_array_each(pair, 2, it) {
			const size_t len = (size_t)read_native32(p);

			put_string(b, it->at, p + 4, len);
			p += 4 + len;
		}
	}
}

/* The number of the dictionary, and the type of places in it. */
static void put_encoding(vv_buf *b, size_t from, const char *format, size_t number)
{
	slot slots[] = {{8, (int64_t)number, 0}, {4, 0, 0}};
	layout l;

	(void)layout_of(&l, format);
	put_table(b, from, slots, 2);
	put_table(b, slots[1].at, l.member, l.members);
}

static void put_field(vv_buf *b, size_t from, const struct ArrowSchema *s, size_t number)
{
	layout l;
	slot slots[SLOTS_MAX] = {{4, 0, 0},
				 {1, (s->flags & ARROW_FLAG_NULLABLE) != 0, 0},
				 {1, 0, 0},
				 {4, 0, 0},
				 {s->dictionary ? 4 : 0, 0, 0},
				 {4, 0, 0},
				 {s->metadata ? 4 : 0, 0, 0}};

	/* vv_arrow_ipc_begin has looked */
	(void)layout_of(&l, s->dictionary ? s->dictionary->format : s->format);
	slots[2].value = l.type;
	put_table(b, from, slots, SLOTS_MAX);
	put_string(b, slots[0].at, s->name ? s->name : "", s->name ? strlen(s->name) : 0);
	put_table(b, slots[3].at, l.member, l.members);
	if (l.zone) {
		put_string(b, l.member[1].at, l.zone, strlen(l.zone));
	}
	if (s->dictionary) {
		put_encoding(b, slots[4].at, s->format, number);
	}
	(void)put_references(b, slots[5].at, 0);
	if (s->metadata) {
		put_pairs(b, slots[6].at, s->metadata);
	}
}

static vv_status check_formats(const struct ArrowSchema *s, vv_error *err)
{
	layout l;

	for (int64_t i = 0; i < s->n_children; i++) {
		const struct ArrowSchema *c = s->children[i];

		if (!layout_of(&l, c->format) ||
		    (c->dictionary && (l.type != TYPE_INT || c->dictionary->dictionary ||
				       !layout_of(&l, c->dictionary->format)))) {
			return vv_fail(
				err, VV_ENOSUPPORT,
				"column '%s' has the Arrow format '%s'%s, which varve does not write",
				c->name ? c->name : "", c->format,
				c->dictionary ? " with a dictionary" : "");
		}
	}
	return VV_OK;
}

vv_status vv_arrow_ipc_name(vv_bytes_fn write, void *payload, const char *name, bool changes,
			    vv_error *err)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_status rc;

	vv_buf_puts(&line, "{\"name\": ");
	vv_json_put_string(&line, name, strlen(name));
	vv_buf_printf(&line, ", \"changes\": %s}\n", changes ? "true" : "false");
	return (rc = vv_buf_ok(&line, err)) < 0 ? rc : write(payload, line.data, line.len, err);
}

vv_status vv_arrow_ipc_begin(vv_arrow_ipc *w, struct ArrowSchema *schema, vv_bytes_fn write,
			     void *payload, vv_error *err)
{
	const size_t count = (size_t)schema->n_children;
	slot slots[] = {{2, __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__, 0},
			{4, 0, 0},
			{schema->metadata ? 4 : 0, 0, 0}};
	vv_buf *b = &w->message;
	vv_status rc;

	*w = (vv_arrow_ipc){.write = write, .payload = payload, .schema = *schema};
	schema->release = NULL;
	if ((rc = check_formats(&w->schema, err)) < 0) return rc;
	put_table(b, begin_message(b, HEADER_SCHEMA, 0), slots, 3);
	size_t at = put_references(b, slots[1].at, count);
	for (size_t i = 0; i < count; i++) {
		put_field(b, at + 4 * i, w->schema.children[i], i);
	}
	if (w->schema.metadata) {
		put_pairs(b, slots[2].at, w->schema.metadata);
	}
	return write_message(w, err);
}

/* ---- arrays ---- */

/* The bytes of a buffer. */
static uint64_t buffer_len(const struct ArrowArray *a, const layout *l, size_t i)
{
	const uint64_t rows = (uint64_t)a->length, bits = (rows + 7) / 8;

	if (i == 0) return a->null_count > 0 ? bits : 0;
	if (l->buffers == 2) return l->width ? rows * l->width : bits;
	if (rows == 0) return 0;
	if (i == 1) return (rows + 1) * l->width;
	return l->width == 8 ? (uint64_t)((const int64_t *)a->buffers[1])[rows]
			     : (uint64_t)((const int32_t *)a->buffers[1])[rows];
}

static uint64_t padded_len(uint64_t len)
{
	return (len + ALIGN - 1) / ALIGN * ALIGN;
}

/* The arrays of a message. */
typedef struct batch {
	struct ArrowSchema **schemas;
	struct ArrowArray **arrays;
	int64_t count, rows;
} batch;

/* Calls for each buffer in the order of a message: its length. */
typedef vv_status (*buffer_fn)(void *payload, const void *bytes, uint64_t len, vv_error *err);

static vv_status each_buffer(const batch *a, buffer_fn fn, void *payload, vv_error *err)
{
	vv_status rc = VV_OK;
	layout l;

	for (int64_t i = 0; i < a->count; i++) {
		const struct ArrowArray *c = a->arrays[i];

		(void)layout_of(&l, a->schemas[i]->format);
		for (size_t k = 0; k < l.buffers && rc == VV_OK; k++) {
			rc = fn(payload, c->buffers[k], buffer_len(c, &l, k), err);
		}
	}
	return rc;
}

typedef struct body {
	vv_buf *message; /* NULL: only counted */
	size_t count;
	uint64_t len;
} body;

static vv_status add_buffer(void *payload, const void *bytes VV_UNUSED, uint64_t len,
			    vv_error *err VV_UNUSED)
{
	body *b = payload;

	if (b->message) {
		put_le(b->message, b->len, 8);
		put_le(b->message, len, 8);
	}
	b->count++;
	b->len += padded_len(len);
	return VV_OK;
}

static vv_status write_buffer(void *payload, const void *bytes, uint64_t len, vv_error *err)
{
	static const char zeros[ALIGN];
	vv_arrow_ipc *w = payload;
	vv_status rc = len > 0 ? w->write(w->payload, bytes, (size_t)len, err) : VV_OK;

	return rc < 0 || len % ALIGN == 0
		       ? rc
		       : w->write(w->payload, zeros, (size_t)(padded_len(len) - len), err);
}

/* A message with these arrays: a batch of rows, or the dictionary of this number. */
static vv_status put_batch(vv_arrow_ipc *w, const batch *a, int header, int64_t number,
			   vv_error *err)
{
	slot outer[] = {{8, number, 0}, {4, 0, 0}};
	slot slots[] = {{8, a->rows, 0}, {4, 0, 0}, {4, 0, 0}};
	body all = {NULL, 0, 0}, again = {&w->message, 0, 0};
	vv_buf *b = &w->message;

	(void)each_buffer(a, add_buffer, &all, err);
	size_t at = begin_message(b, header, all.len);
	if (header == HEADER_DICTIONARY) {
		put_table(b, at, outer, 2);
		at = outer[1].at;
	}
	put_table(b, at, slots, 3);
	begin_vector(b, slots[1].at, (size_t)a->count, true);
	for (int64_t i = 0; i < a->count; i++) {
		put_le(b, (uint64_t)a->arrays[i]->length, 8);
		put_le(b, (uint64_t)a->arrays[i]->null_count, 8);
	}
	begin_vector(b, slots[2].at, all.count, true);
	(void)each_buffer(a, add_buffer, &again, err);
	vv_status rc = write_message(w, err);
	return rc < 0 ? rc : each_buffer(a, write_buffer, w, err);
}

vv_status vv_arrow_ipc_put(vv_arrow_ipc *w, const struct ArrowArray *a, vv_error *err)
{
	const batch rows = {w->schema.children, a->children, a->n_children, a->length};
	vv_status rc = VV_OK;

	/* each batch has dictionaries of its own, which take the place of those before */
	for (int64_t i = 0; i < a->n_children && rc == VV_OK; i++) {
		if (w->schema.children[i]->dictionary) {
			const batch texts = {&w->schema.children[i]->dictionary,
					     &a->children[i]->dictionary, 1,
					     a->children[i]->dictionary->length};

			rc = put_batch(w, &texts, HEADER_DICTIONARY, i, err);
		}
	}
	return rc < 0 ? rc : put_batch(w, &rows, HEADER_BATCH, 0, err);
}

vv_status vv_arrow_ipc_end(vv_arrow_ipc *w, vv_error *err)
{
	static const uint8_t end[] = {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0};

	return w->write(w->payload, end, sizeof(end), err);
}

void vv_arrow_ipc_clear(vv_arrow_ipc *w)
{
	if (w->schema.release) {
		w->schema.release(&w->schema);
	}
	vv_buf_clear(&w->message);
}
