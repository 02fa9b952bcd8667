/*
 * ipc_reader: knows the messages of Arrow's files, and what must hold of an array before anybody may walk it.
 *
 * Functions that follow the nesting of types call themselves no deeper than NESTED_MAX.
 */
#include "lib/work/arrow/ipc_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/buf.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/cell.h"
#include "lib/work/arrow/flatbuffer.h"
#include "lib/work/arrow/ipc_type.h"
#include "repo/blocks/decompress.h"

#define MAGIC "ARROW1"
#define MARK 0xffffffffu               /* before a message's length */
#define MESSAGE_MAX ((size_t)64 << 20) /* without its body; of a file's list at its end, too */
#define LIVE_MAX ((uint64_t)2 << 30)   /* bytes of a batch and of all dictionaries */
#define ROWS_MAX ((int64_t)INT32_MAX)  /* of an array */
#define FIELDS_MAX (4 * (size_t)VV_COLUMNS_MAX) /* nested ones counted */
#define NESTED_MAX 64u
#define PIECE ((size_t)256 << 10)
#define BLOCK 24u /* bytes of an element of the list at a file's end */

#define V4 3
#define V5 4
/* Of the union MessageHeader. */
#define HEADER_SCHEMA 1
#define HEADER_DICTIONARY 2
#define HEADER_BATCH 3

/* The memory of a batch, or of a dictionary, which batches share. */
typedef struct held {
	unsigned refs;
	vv_arena arena;
	vv_buf *parts; /* its body, and buffers that came compressed */
	size_t part_count;
	uint64_t bytes;
	struct held **others; /* dictionaries */
	size_t other_count, other_cap;
	struct ArrowArray array;
} held;

typedef struct dictionary {
	int64_t id;
	struct ArrowSchema *type;
	held *now; /* NULL: it has not come yet */
} dictionary;

typedef struct reader {
	vv_source source;
	bool file, ended;
	bool rows;               /* are wanted: else only dictionaries */
	bool dictionaries_known; /* those that come are not looked at */
	uint8_t head[8];         /* of the first message, where that has been read */
	bool has_head;
	struct ArrowSchema schema;
	vv_arena arena;
	size_t fields;
	dictionary **dictionaries; /* those that a type has inside stand before it */
	size_t dictionary_count, dictionary_cap;
	uint64_t batches;
	vv_buf message;
	const char *column; /* for messages */
	vv_error err;
} reader;

/* ---- bytes ---- */

static vv_status damaged(const reader *r, const char *why, vv_error *err)
{
	return r->column ? vv_fail(err, VV_EINPUT, "%s: Arrow data of column '%s' is damaged: %s",
				   vv_text_shows(r->source.name), vv_text_shows(r->column), why)
			 : vv_fail(err, VV_EINPUT, "%s: Arrow data is damaged: %s",
				   vv_text_shows(r->source.name), why);
}

static vv_status cut_off(const reader *r, vv_error *err)
{
	vv_fail(err, VV_EINPUT, "%s: the Arrow data is cut off", vv_text_shows(r->source.name));
	return vv_hint(err, "it ends without its end mark; write it again");
}

/* Up to len bytes, fewer only at the end. */
static ssize_t read_up_to(reader *r, void *bytes, size_t len, vv_error *err)
{
	size_t have = 0;

	while (have < len) {
		ssize_t got = r->source.read(r->source.payload, (char *)bytes + have, len - have,
					     err);

		if (got < 0) return got;
		if (got == 0) {
			break;
		}
		have += (size_t)got;
	}
	return (ssize_t)have;
}

/* So many bytes into an empty buffer, whose room grows with them. */
static vv_status read_all(reader *r, vv_buf *out, size_t len, vv_error *err)
{
	while (out->len < len) {
		const size_t left = len - out->len, step = left < PIECE ? left : PIECE;
		ssize_t got;

		if (!vv_buf_reserve(out, step)) return vv_buf_ok(out, err);
		if ((got = read_up_to(r, out->data + out->len, step, err)) < 0) {
			return (vv_status)got;
		}
		out->len += (size_t)got;
		if ((size_t)got < step) return cut_off(r, err);
	}
	return VV_OK;
}

static vv_status pass_over(reader *r, int64_t len, vv_error *err)
{
	vv_auto(char) *piece = vv_malloc(PIECE);

	if (!piece) return vv_fail_nomem(err);
	while (len > 0) {
		const size_t step = len < (int64_t)PIECE ? (size_t)len : PIECE;
		const ssize_t got = read_up_to(r, piece, step, err);

		if (got < 0) return (vv_status)got;
		if ((size_t)got < step) return cut_off(r, err);
		len -= got;
	}
	return VV_OK;
}

/* ---- types ---- */

static char *copy_text(reader *r, vv_flatbuffer *b, vv_flat_table t, unsigned member, vv_error *err)
{
	char *copy = vv_flat_text(b, t, member, &r->arena);

	if (!copy) {
		damaged(r, "a name is not text", err);
	}
	return copy;
}

static void keep(struct ArrowSchema *s)
{
	s->release = NULL; /* the stream has the memory */
}

static vv_status read_field(reader *r, vv_flatbuffer *b, vv_flat_table t, struct ArrowSchema *out,
			    unsigned depth, vv_error *err);

static vv_status read_children(reader *r, vv_flatbuffer *b, vv_flat_vector fields,
			       struct ArrowSchema *out, unsigned depth, vv_error *err)
{
	struct ArrowSchema *all;
	vv_status rc = VV_OK;

	if (depth > NESTED_MAX || fields.count > FIELDS_MAX - r->fields) {
		return vv_fail(err, VV_EREFUSED, "%s: the Arrow schema has more than %zu fields",
			       vv_text_shows(r->source.name), FIELDS_MAX);
	}
	r->fields += fields.count;
	all = vv_arena_calloc(&r->arena, fields.count + 1, sizeof(*all));
	out->children = vv_arena_calloc(&r->arena, fields.count + 1, sizeof(*out->children));
	if (!all || !out->children) return vv_fail_nomem(err);
	out->n_children = (int64_t)fields.count;
	for (size_t i = 0; i < fields.count && rc == VV_OK; i++) {
		out->children[i] = &all[i];
		rc = read_field(r, b, vv_flat_element(b, fields, i), &all[i], depth + 1, err);
	}
	return rc;
}

/* Format and children of a field's values. */
static vv_status read_values(reader *r, vv_flatbuffer *b, vv_flat_table t, struct ArrowSchema *out,
			     unsigned depth, vv_error *err)
{
	const uint8_t type = (uint8_t)vv_flat_int(b, t, 2, 1, 0);
	const vv_flat_vector fields = vv_flat_elements(b, t, 5, 4);

	out->release = keep;
	out->format = vv_ipc_type_format(b, type, vv_flat_child(b, t, 3), &r->arena);
	if (b->bad) return damaged(r, "a type cannot be read", err);
	if (!out->format) {
		vv_fail(err, VV_ENOSUPPORT,
			"%s: column '%s' has the Arrow type %s, which a table cannot have",
			vv_text_shows(r->source.name), vv_text_shows(r->column),
			vv_ipc_type_name(type));
		return vv_hint(err, "make it text or numbers first");
	}
	if ((out->format[0] != '+' && fields.count > 0) ||
	    (out->format[0] == '+' && out->format[1] != 's' && fields.count != 1)) {
		return damaged(r, "a type has other fields inside than it should", err);
	}
	return read_children(r, b, fields, out, depth, err);
}

static dictionary *find_dictionary(const reader *r, int64_t id)
{
	for (size_t i = 0; i < r->dictionary_count; i++) {
		if (r->dictionaries[i]->id == id) return r->dictionaries[i];
	}
	return NULL;
}

/* A field with places in a dictionary. */
static vv_status read_encoded(reader *r, vv_flatbuffer *b, vv_flat_table t, vv_flat_table encoding,
			      struct ArrowSchema *out, unsigned depth, vv_error *err)
{
	const vv_flat_table index = vv_flat_child(b, encoding, 1);
	const int64_t id = vv_flat_int(b, encoding, 0, 8, 0);
	struct ArrowSchema *type = vv_arena_calloc(&r->arena, 1, sizeof(*type));
	dictionary *d;
	vv_status rc;

	if (!type) return vv_fail_nomem(err);
	out->release = keep;
	if (!(out->format = index.at ? vv_ipc_int_format(b, index) : "i")) {
		return damaged(r, "places in a dictionary are not integers", err);
	}
	if ((rc = read_values(r, b, t, type, depth, err)) < 0) return rc;
	if ((d = find_dictionary(r, id))) {
		if (strcmp(d->type->format, type->format) != 0) {
			return damaged(r, "its dictionary is one of another type", err);
		}
	} else {
		d = vv_arena_calloc(&r->arena, 1, sizeof(*d));
		if (!d || !vv_array_room(r->dictionaries, r->dictionary_count, r->dictionary_cap)) {
			return vv_fail_nomem(err);
		}
		*d = (dictionary){.id = id, .type = type};
		r->dictionaries[r->dictionary_count++] = d;
	}
	/* of fields that share a dictionary the first one's, which its arrays were looked at by */
	out->dictionary = d->type;
	out->private_data = d;
	return VV_OK;
}

static vv_status read_field(reader *r, vv_flatbuffer *b, vv_flat_table t, struct ArrowSchema *out,
			    unsigned depth, vv_error *err)
{
	const vv_flat_table encoding = vv_flat_child(b, t, 4);

	if (t.at == 0 || b->bad) return damaged(r, "a field is missing", err);
	if (!(out->name = copy_text(r, b, t, 0, err))) return err->code;
	if (depth == 1) {
		r->column = out->name;
	}
	out->flags = vv_flat_int(b, t, 1, 1, 0) ? ARROW_FLAG_NULLABLE : 0;
	return encoding.at ? read_encoded(r, b, t, encoding, out, depth, err)
			   : read_values(r, b, t, out, depth, err);
}

static vv_status read_schema(reader *r, vv_flatbuffer *b, vv_flat_table t, vv_error *err)
{
	const bool swapped = __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__;
	vv_status rc;

	r->schema = (struct ArrowSchema){.format = "+s", .name = "", .release = keep};
	if ((vv_flat_int(b, t, 0, 2, 0) != 0) != swapped) {
		return vv_fail(err, VV_ENOSUPPORT, "%s: its numbers have another order of bytes",
			       vv_text_shows(r->source.name));
	}
	rc = read_children(r, b, vv_flat_elements(b, t, 1, 4), &r->schema, 0, err);
	r->column = NULL;
	return rc == VV_OK && b->bad ? damaged(r, "its schema cannot be read", err) : rc;
}

/* ---- arrays ---- */

static void let_go(held *h)
{
	if (!h || --h->refs > 0) return;
	for (size_t i = 0; i < h->other_count; i++) {
		let_go(h->others[i]); /* nested as their types are */
	}
	for (size_t i = 0; i < h->part_count; i++) {
		vv_buf_clear(&h->parts[i]);
	}
	vv_free(h->others);
	vv_free(h->parts);
	vv_arena_clear(&h->arena);
	vv_free(h);
}

VV_AUTO_FREE(held, let_go)

static void release_batch(struct ArrowArray *a)
{
	let_go(a->private_data);
	a->release = NULL;
}

static void release_part(struct ArrowArray *a)
{
	a->release = NULL; /* the batch has the memory */
}

/* The arrays of a message on their way into h. */
typedef struct decode {
	reader *r;
	held *h;
	vv_flatbuffer *b;
	vv_flat_vector nodes, buffers, variadic;
	size_t node, buffer, variadic_next; /* the next ones */
	bool packed;                        /* its buffers are compressed */
	uint64_t room;                      /* bytes that may still be added */
} decode;

typedef struct memory {
	const uint8_t *bytes;
	size_t len;
} memory;

static ssize_t read_memory(void *payload, void *buf, size_t len, vv_error *err)
{
	memory *m = payload;

	(void)err;
	len = len < m->len ? len : m->len;
	if (len > 0) {
		memcpy(buf, m->bytes, len);
		m->bytes += len;
		m->len -= len;
	}
	return (ssize_t)len;
}

static int64_t get64(const uint8_t *p)
{
	return (int64_t)vv_get_le64(p);
}

/* The compressed buffer's bytes, of which there must be exactly so many. */
static vv_status unpack(decode *d, memory *m, int64_t len, vv_error *err)
{
	static const uint8_t zstd[] = {0x28, 0xb5, 0x2f, 0xfd}, lz4[] = {4, 0x22, 0x4d, 0x18};
	vv_auto(vv_decompress) *z = NULL;
	vv_buf *out = &d->h->parts[d->h->part_count++];
	ssize_t got = 1;
	vv_status rc;

	if (len < 0 || m->len < sizeof(zstd) ||
	    (memcmp(m->bytes, zstd, sizeof(zstd)) != 0 &&
	     memcmp(m->bytes, lz4, sizeof(lz4)) != 0)) {
		return damaged(d->r, "a buffer is not compressed as the batch has it", err);
	}
	if ((uint64_t)len > d->room) {
		vv_fail(err, VV_EREFUSED, "%s: a batch of rows is longer than 2 GiB",
			vv_text_shows(d->r->source.name));
		return vv_hint(err, "write it in smaller batches");
	}
	d->room -= (uint64_t)len;
	d->h->bytes += (uint64_t)len;
	if ((rc = vv_decompress_open(&z, read_memory, m, d->r->source.name, err)) < 0) return rc;
	while (got > 0) {
		/* one byte more than there should be, to see that there is none */
		const size_t left = (size_t)len - out->len + 1, step = left < PIECE ? left : PIECE;

		if (!vv_buf_reserve(out, step)) return vv_buf_ok(out, err);
		if ((got = vv_decompress_read(z, out->data + out->len, step, err)) < 0) {
			return (vv_status)got;
		}
		out->len += (size_t)got;
		if (out->len > (size_t)len) {
			break;
		}
	}
	if (out->len != (size_t)len) return damaged(d->r, "a buffer has another length", err);
	*m = (memory){(const uint8_t *)out->data, out->len};
	return VV_OK;
}

static vv_status next_buffer(decode *d, memory *out, vv_error *err)
{
	const vv_buf *body = &d->h->parts[0];
	const uint8_t *entry = d->b->bytes + d->buffers.at + 16 * d->buffer;
	int64_t from, len;

	if (d->buffer == d->buffers.count) return damaged(d->r, "a buffer is missing", err);
	d->buffer++;
	from = get64(entry);
	len = get64(entry + 8);
	*out = (memory){NULL, 0};
	if (len == 0) return VV_OK;
	if (len < 0 || from < 0 || (uint64_t)from > body->len ||
	    (uint64_t)len > body->len - (uint64_t)from || from % 8 != 0) {
		return damaged(d->r, "a buffer lies outside of its batch", err);
	}
	*out = (memory){(const uint8_t *)body->data + from, (size_t)len};
	if (!d->packed) return VV_OK;
	if (len < 8) return damaged(d->r, "a compressed buffer has no length", err);
	len = get64(out->bytes);
	out->bytes += 8;
	out->len -= 8;
	return len == -1 ? VV_OK : unpack(d, out, len, err);
}

/* Buffer i of an array, of so many bytes at least. */
static vv_status take_buffer(decode *d, struct ArrowArray *a, size_t i, uint64_t least, memory *out,
			     vv_error *err)
{
	memory m;
	vv_status rc = next_buffer(d, &m, err);

	if (rc < 0) return rc;
	if (m.len < least) return damaged(d->r, "a buffer is too short for its rows", err);
	a->buffers[i] = m.bytes;
	if (out) {
		*out = m;
	}
	return VV_OK;
}

static bool is_valid(const struct ArrowArray *a, int64_t i)
{
	const uint8_t *bits = a->buffers[0];

	return !bits || (bits[i / 8] >> (i % 8) & 1);
}

static int64_t offset_at(const void *offsets, uint8_t width, int64_t i)
{
	return width == 4 ? ((const int32_t *)offsets)[i] : ((const int64_t *)offsets)[i];
}

/* Offsets that never go back, the last no greater than ROWS_MAX times 2. An array without rows may have none. */
static vv_status take_offsets(decode *d, struct ArrowArray *a, uint8_t width, int64_t *end,
			      vv_error *err)
{
	static const int64_t zero;
	memory m;
	int64_t before = 0;
	vv_status rc = take_buffer(d, a, 1, a->length > 0 ? ((uint64_t)a->length + 1) * width : 0,
				   &m, err);

	*end = 0;
	if (rc < 0 || m.len < width) {
		a->buffers[1] = &zero;
		return rc;
	}
	for (int64_t i = 0; i <= a->length; i++) {
		const int64_t at = offset_at(a->buffers[1], width, i);

		if (at < before) return damaged(d->r, "its offsets are not in order", err);
		before = at;
	}
	*end = before;
	return VV_OK;
}

static vv_status not_text(decode *d, int64_t i, vv_error *err)
{
	vv_fail(err, VV_EINPUT, "%s: column '%s', row %lld of batch %llu: the text is not UTF-8",
		vv_text_shows(d->r->source.name), vv_text_shows(d->r->column), (long long)i + 1,
		(unsigned long long)d->r->batches + 1);
	return vv_hint(err, "Arrow's type for other bytes is binary; make it text first");
}

static vv_status take_text(decode *d, struct ArrowArray *a, uint8_t width, vv_error *err)
{
	memory m;
	int64_t end;
	vv_status rc = take_offsets(d, a, width, &end, err);

	if (rc < 0 || (rc = take_buffer(d, a, 2, (uint64_t)end, &m, err)) < 0) return rc;
	for (int64_t i = 0; i < a->length && end > 0; i++) {
		const int64_t from = offset_at(a->buffers[1], width, i),
			      to = offset_at(a->buffers[1], width, i + 1);

		if (is_valid(a, i) &&
		    !vv_utf8_valid((const char *)m.bytes + from, (size_t)(to - from))) {
			return not_text(d, i, err);
		}
	}
	return VV_OK;
}

/* A view: length, then 12 bytes of text, or 4 of it, the number of a buffer and a place there. */
static vv_status check_view(decode *d, const struct ArrowArray *a, int64_t i, int64_t count,
			    const int64_t *lens, vv_error *err)
{
	const char *view = (const char *)a->buffers[1] + 16 * i, *text = view + 4;
	int32_t part[4];

	memcpy(part, view, sizeof(part));
	if (part[0] > 12) {
		if (part[2] < 0 || part[2] >= count || part[3] < 0 ||
		    (int64_t)part[3] + part[0] > lens[part[2]]) {
			return damaged(d->r, "a text lies outside of its buffer", err);
		}
		text = (const char *)a->buffers[2 + part[2]] + part[3];
	}
	if (part[0] < 0) return damaged(d->r, "a text has no length", err);
	return vv_utf8_valid(text, (size_t)part[0]) ? VV_OK : not_text(d, i, err);
}

static vv_status take_views(decode *d, struct ArrowArray *a, vv_error *err)
{
	int64_t count, *lens;
	const void **all;
	memory m;
	vv_status rc;

	if (d->variadic_next == d->variadic.count) {
		return damaged(d->r, "the number of its buffers is missing", err);
	}
	count = get64(d->b->bytes + d->variadic.at + 8 * d->variadic_next++);
	if (count < 0 || (uint64_t)count > d->buffers.count - d->buffer) {
		return damaged(d->r, "a buffer is missing", err);
	}
	all = vv_arena_calloc(&d->h->arena, (size_t)count + 3, sizeof(*all));
	lens = vv_arena_calloc(&d->h->arena, (size_t)count + 1, sizeof(*lens));
	if (!all || !lens) return vv_fail_nomem(err);
	all[0] = a->buffers[0];
	all[2 + count] = lens;
	a->buffers = all;
	a->n_buffers = count + 3;
	rc = take_buffer(d, a, 1, 16 * (uint64_t)a->length, NULL, err);
	for (int64_t i = 0; i < count && rc == VV_OK; i++) {
		if ((rc = take_buffer(d, a, 2 + (size_t)i, 0, &m, err)) == VV_OK) {
			lens[i] = (int64_t)m.len;
		}
	}
	for (int64_t i = 0; i < a->length && rc == VV_OK; i++) {
		rc = is_valid(a, i) ? check_view(d, a, i, count, lens, err) : VV_OK;
	}
	return rc;
}

/* Bytes of a value; 0: bits. */
static uint8_t width_of(const char *format)
{
	const char *bits;

	switch (format[0]) {
	case 'b':
		return 0;
	case 'c':
	case 'C':
		return 1;
	case 's':
	case 'S':
	case 'e':
		return 2;
	case 'i':
	case 'I':
	case 'f':
		return 4;
	case 'd':
		bits = strrchr(format, ',');
		return (uint8_t)(strtoul(bits + 1, NULL, 10) / 8);
	case 't':
		return strcmp(format, "tdD") == 0 || strcmp(format, "tts") == 0 ||
				       strcmp(format, "ttm") == 0
			       ? 4
			       : 8;
	default:
		return 8;
	}
}

static vv_status take_array(decode *d, const struct ArrowSchema *s, struct ArrowArray *a,
			    int64_t least, vv_error *err);

static vv_status take_children(decode *d, const struct ArrowSchema *s, struct ArrowArray *a,
			       int64_t least, vv_error *err)
{
	const size_t count = (size_t)s->n_children;
	struct ArrowArray *all = vv_arena_calloc(&d->h->arena, count + 1, sizeof(*all));
	vv_status rc = VV_OK;

	a->children = vv_arena_calloc(&d->h->arena, count + 1, sizeof(*a->children));
	if (!all || !a->children) return vv_fail_nomem(err);
	a->n_children = s->n_children;
	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		a->children[i] = &all[i];
		if (s == &d->r->schema) {
			d->r->column = s->children[i]->name;
		}
		rc = take_array(d, s->children[i], &all[i], least, err);
	}
	return rc;
}

static vv_status take_nested(decode *d, const struct ArrowSchema *s, struct ArrowArray *a,
			     vv_error *err)
{
	int64_t end = a->length;
	vv_status rc = VV_OK;

	switch (s->format[1]) {
	case 's':
		break;
	case 'w':
		end *= strtol(s->format + 3, NULL, 10);
		break;
	default:
		rc = take_offsets(d, a, s->format[1] == 'L' ? 8 : 4, &end, err);
		break;
	}
	return rc < 0 ? rc : take_children(d, s, a, end, err);
}

/* Each place is one of its dictionary. */
static vv_status take_dictionary(decode *d, const struct ArrowSchema *s, struct ArrowArray *a,
				 vv_error *err)
{
	const dictionary *of = s->private_data;
	held *h = of->now;
	const uint8_t width = width_of(s->format);

	if (!h) return damaged(d->r, "its dictionary is missing, or last in a pipe", err);
	if (!vv_array_room(d->h->others, d->h->other_count, d->h->other_cap)) {
		return vv_fail_nomem(err);
	}
	h->refs++;
	d->h->others[d->h->other_count++] = h;
	a->dictionary = &h->array;
	for (int64_t i = 0; i < a->length; i++) {
		const uint8_t *at = (const uint8_t *)a->buffers[1] + i * width;
		uint64_t place = 0;

		if (!is_valid(a, i)) {
			continue;
		}
		memcpy((uint8_t *)&place +
			       (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 8 - width),
		       at, width);
		/* a negative one is a large one, too */
		if (place >= (uint64_t)h->array.length) {
			return damaged(d->r, "a place is outside of its dictionary", err);
		}
	}
	return VV_OK;
}

static vv_status take_values(decode *d, const struct ArrowSchema *s, struct ArrowArray *a,
			     vv_error *err)
{
	const uint64_t rows = (uint64_t)a->length;
	const uint8_t width = width_of(s->format);

	switch (s->format[0]) {
	case 'n':
		return VV_OK;
	case '+':
		return take_nested(d, s, a, err);
	case 'u':
		return take_text(d, a, 4, err);
	case 'U':
		return take_text(d, a, 8, err);
	case 'v':
		return take_views(d, a, err);
	default:
		return take_buffer(d, a, 1, width ? rows * width : (rows + 7) / 8, NULL, err);
	}
}

/* The next array of the message, with so many rows at least. */
static vv_status take_array(decode *d, const struct ArrowSchema *s, struct ArrowArray *a,
			    int64_t least, vv_error *err)
{
	const uint8_t *node = d->b->bytes + d->nodes.at + 16 * d->node;
	vv_status rc = VV_OK;

	if (d->node == d->nodes.count) return damaged(d->r, "its rows are missing", err);
	d->node++;
	a->length = get64(node);
	a->null_count = get64(node + 8);
	a->release = release_part;
	if (a->length < least || a->length > ROWS_MAX || a->null_count < 0 ||
	    a->null_count > a->length) {
		return damaged(d->r, "its rows are fewer than there should be, or too many", err);
	}
	if (!(a->buffers = vv_arena_calloc(&d->h->arena, 3, sizeof(*a->buffers)))) {
		return vv_fail_nomem(err);
	}
	a->n_buffers = s->format[0] == 'n'                                   ? 0
		       : s->format[0] == 'u' || s->format[0] == 'U'          ? 3
		       : strcmp(s->format, "+s") == 0 || s->format[1] == 'w' ? 1
									     : 2;
	if (a->n_buffers > 0) {
		rc = take_buffer(d, a, 0, a->null_count > 0 ? ((uint64_t)a->length + 7) / 8 : 0,
				 NULL, err);
		a->buffers[0] = a->null_count > 0 ? a->buffers[0] : NULL;
	}
	if (rc < 0 || (rc = take_values(d, s, a, err)) < 0 || !s->dictionary) return rc;
	return take_dictionary(d, s, a, err);
}

/* ---- batches ---- */

/* How many bytes may come beside the dictionaries that there are. */
static uint64_t room_left(const reader *r)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < r->dictionary_count; i++) {
		sum += r->dictionaries[i]->now ? r->dictionaries[i]->now->bytes : 0;
	}
	return sum < LIVE_MAX ? LIVE_MAX - sum : 0;
}

/* Which compression its buffers have; each has the magic number of its method. */
static vv_status set_packing(decode *d, vv_flat_table compression, vv_error *err)
{
	const int64_t codec = vv_flat_int(d->b, compression, 0, 1, 0);

	d->packed = compression.at != 0;
	return d->packed && (codec < 0 || codec > 1 || vv_flat_int(d->b, compression, 1, 1, 0) != 0)
		       ? vv_fail(err, VV_ENOSUPPORT,
				 "%s: it is compressed with neither LZ4 nor zstd",
				 vv_text_shows(d->r->source.name))
		       : VV_OK;
}

/* The arrays of a batch whose body is in h already: as columns of the schema, or (of not NULL) the dictionary of such values. */
static vv_status decode_batch(reader *r, held *h, vv_flatbuffer *b, vv_flat_table t,
			      const struct ArrowSchema *of, uint64_t room, vv_error *err)
{
	decode d = {.r = r, .h = h, .b = b, .room = room};
	const int64_t rows = vv_flat_int(b, t, 0, 8, 0);
	vv_buf *parts;
	vv_status rc;

	d.nodes = vv_flat_elements(b, t, 1, 16);
	d.buffers = vv_flat_elements(b, t, 2, 16);
	d.variadic = vv_flat_elements(b, t, 4, 8);
	if ((rc = set_packing(&d, vv_flat_child(b, t, 3), err)) < 0) return rc;
	if (b->bad || t.at == 0 || rows < 0 || rows > ROWS_MAX) {
		return damaged(r, "a batch of rows cannot be read", err);
	}
	parts = vv_realloc_array(h->parts, d.buffers.count + 1, sizeof(*parts));
	if (!parts) return vv_fail_nomem(err);
	h->parts = parts;
	memset(parts + 1, 0, d.buffers.count * sizeof(*parts));
	if (of) {
		rc = take_array(&d, of, &h->array, rows, err);
	} else {
		h->array.length = rows;
		h->array.n_buffers = 1;
		h->array.buffers = vv_arena_calloc(&h->arena, 1, sizeof(*h->array.buffers));
		rc = h->array.buffers ? take_children(&d, &r->schema, &h->array, rows, err)
				      : vv_fail_nomem(err);
	}
	if (rc == VV_OK && (d.node != d.nodes.count || d.buffer != d.buffers.count)) {
		r->column = NULL;
		rc = damaged(r, "a batch of rows has more than its columns", err);
	}
	r->column = NULL;
	for (size_t i = 0; i < h->other_count; i++) {
		h->bytes += of ? h->others[i]->bytes
			       : 0; /* of a dictionary: they live as long as it */
	}
	return rc;
}

/* Memory with the body that comes next; *room: how many bytes may be added. */
static vv_status read_body(held **out, uint64_t *room, reader *r, int64_t len, vv_error *err)
{
	vv_auto(held) *h = NULL;
	vv_status rc;

	if (len < 0) return damaged(r, "a message has no length", err);
	*room = room_left(r);
	if ((uint64_t)len > *room) {
		vv_fail(err, VV_EREFUSED, "%s: a batch of rows is longer than 2 GiB",
			vv_text_shows(r->source.name));
		return vv_hint(err, "write it in smaller batches");
	}
	*room -= (uint64_t)len;
	if (!(h = vv_calloc(1, sizeof(*h)))) return vv_fail_nomem(err);
	h->refs = 1;
	h->bytes = (uint64_t)len;
	if (!(h->parts = vv_calloc(1, sizeof(*h->parts)))) return vv_fail_nomem(err);
	h->part_count = 1;
	if ((rc = read_all(r, &h->parts[0], (size_t)len, err)) < 0) return rc;
	*out = vv_take(&h);
	return VV_OK;
}

static vv_status take_dictionary_batch(reader *r, held *h, vv_flatbuffer *b, vv_flat_table t,
				       uint64_t room, vv_error *err)
{
	dictionary *of = find_dictionary(r, vv_flat_int(b, t, 0, 8, 0));
	vv_status rc;

	if (!of) return damaged(r, "a dictionary is of no column", err);
	if (vv_flat_int(b, t, 2, 1, 0)) {
		vv_fail(err, VV_ENOSUPPORT,
			"%s: it adds to a dictionary (a delta), which varve does not read",
			vv_text_shows(r->source.name));
		return vv_hint(err, "write whole dictionaries");
	}
	if ((rc = decode_batch(r, h, b, vv_flat_child(b, t, 1), of->type, room, err)) < 0) {
		return rc;
	}
	h->refs++;
	let_go(of->now);
	of->now = h;
	return VV_OK;
}

/* ---- messages ---- */

typedef struct message {
	vv_flatbuffer b;
	uint8_t kind; /* of the union MessageHeader */
	vv_flat_table header;
	int64_t body;
} message;

static vv_status beyond(const reader *r, vv_error *err)
{
	return vv_fail(err, VV_EINPUT, "%s: more bytes follow after the end of the Arrow data",
		       vv_text_shows(r->source.name));
}

/* The list at the end of a file, of which `have` bytes are in the message already, has as many batches as came. */
static vv_status check_list(reader *r, vv_error *err)
{
	vv_buf *m = &r->message;
	const size_t tail = 4 + sizeof(MAGIC) - 1;
	vv_flatbuffer b;
	vv_flat_vector blocks;
	ssize_t got = 1;

	while (got > 0) {
		if (m->len > MESSAGE_MAX) return beyond(r, err);
		if (!vv_buf_reserve(m, PIECE)) return vv_buf_ok(m, err);
		if ((got = read_up_to(r, m->data + m->len, PIECE, err)) < 0) return (vv_status)got;
		m->len += (size_t)got;
	}
	if (m->len < tail || memcmp(m->data + m->len - (tail - 4), MAGIC, tail - 4) != 0) {
		return cut_off(r, err);
	}
	b = (vv_flatbuffer){(const uint8_t *)m->data, m->len - tail, false};
	blocks = vv_flat_elements(&b, vv_flat_root(&b), 3, BLOCK);
	return vv_get_le32(b.bytes + b.len) != b.len || b.bad || blocks.count != r->batches
		       ? damaged(r, "the list at its end does not have the batches that came", err)
		       : VV_OK;
}

static vv_status check_end(reader *r, vv_error *err)
{
	char more;
	ssize_t got;

	if (r->file) return check_list(r, err);
	got = read_up_to(r, &more, 1, err);
	return got < 0 ? (vv_status)got : got > 0 ? beyond(r, err) : VV_OK;
}

/* The message that was read: 1, <0. */
static int parse_message(const reader *r, message *out, vv_error *err)
{
	vv_flat_table t;
	int64_t version;

	out->b = (vv_flatbuffer){(const uint8_t *)r->message.data, r->message.len, false};
	t = vv_flat_root(&out->b);
	version = vv_flat_int(&out->b, t, 0, 2, 0);
	out->kind = (uint8_t)vv_flat_int(&out->b, t, 1, 1, 0);
	out->header = vv_flat_child(&out->b, t, 2);
	out->body = vv_flat_int(&out->b, t, 3, 8, 0);
	if (out->b.bad || out->header.at == 0) return damaged(r, "a message cannot be read", err);
	if (version != V4 && version != V5) {
		return vv_fail(err, VV_ENOSUPPORT, "%s: it has version V%d of Arrow's messages",
			       vv_text_shows(r->source.name), (int)version + 1);
	}
	return 1;
}

/* The next message without its body: 1, 0 at the end, <0. */
static int next_message(reader *r, message *out, vv_error *err)
{
	uint8_t prefix[8] = {0};
	size_t len;
	ssize_t got = sizeof(prefix);
	vv_status rc;

	if (r->has_head) {
		memcpy(prefix, r->head, sizeof(prefix));
		r->has_head = false;
	} else if ((got = read_up_to(r, prefix, sizeof(prefix), err)) < 0) {
		return (int)got;
	}
	vv_buf_reset(&r->message);
	if (got == (ssize_t)sizeof(prefix) && vv_get_le32(prefix) != MARK && r->file) {
		vv_buf_put(&r->message, prefix, sizeof(prefix)); /* no end mark before the list */
		return check_list(r, err);
	}
	if (got < (ssize_t)sizeof(prefix)) return cut_off(r, err);
	if (vv_get_le32(prefix) != MARK) return damaged(r, "no message begins where one ends", err);
	if ((len = vv_get_le32(prefix + 4)) == 0) return check_end(r, err);
	if (len > MESSAGE_MAX) return damaged(r, "a message is longer than 64 MiB", err);
	if ((rc = read_all(r, &r->message, len, err)) < 0) return rc;
	return parse_message(r, out, err);
}

/* The schema of a file that polars wrote, which has no length: what stands before the first message that has one. */
static int unframed_message(reader *r, message *out, vv_error *err)
{
	uint8_t word[8];

	vv_buf_reset(&r->message);
	for (;;) {
		const ssize_t got = read_up_to(r, word, sizeof(word), err);

		if (got < 0) return (int)got;
		if (got < (ssize_t)sizeof(word)) return cut_off(r, err);
		if (vv_get_le32(word) == MARK) {
			break;
		}
		if (r->message.len > MESSAGE_MAX) {
			return damaged(r, "a message is longer than 64 MiB", err);
		}
		vv_buf_put(&r->message, word, sizeof(word));
		if (r->message.failed) return vv_buf_ok(&r->message, err);
	}
	memcpy(r->head, word, sizeof(word));
	r->has_head = true;
	return r->message.len > 0 ? parse_message(r, out, err) : next_message(r, out, err);
}

bool vv_arrow_ipc_looks_like(const void *head, size_t len)
{
	const uint8_t *p = head;

	return len >= VV_ARROW_HEAD && (memcmp(p, MAGIC "\0", 8) == 0 ||
					(vv_get_le32(p) == MARK && vv_get_le32(p + 4) > 0 &&
					 vv_get_le32(p + 4) <= MESSAGE_MAX));
}

/* The next batch of rows: 1, 0 at the end, <0. */
static int next_batch(reader *r, struct ArrowArray *out, vv_error *err)
{
	message m;
	int more = 0;

	while (!r->ended && (more = next_message(r, &m, err)) > 0) {
		vv_auto(held) *h = NULL;
		uint64_t room = 0;
		vv_status rc;

		if (m.kind != HEADER_DICTIONARY && m.kind != HEADER_BATCH) {
			return (int)damaged(r, "a message is of an unknown kind", err);
		}
		if (m.kind == HEADER_BATCH ? !r->rows : r->dictionaries_known) {
			r->batches += m.kind == HEADER_BATCH;
			if ((rc = pass_over(r, m.body, err)) < 0) return (int)rc;
			continue;
		}
		if ((rc = read_body(&h, &room, r, m.body, err)) < 0) return (int)rc;
		if (m.kind == HEADER_BATCH) {
			if ((rc = decode_batch(r, h, &m.b, m.header, NULL, room, err)) < 0) {
				return (int)rc;
			}
			r->batches++;
			*out = h->array;
			out->release = release_batch;
			out->private_data = vv_take(&h);
			return 1;
		}
		if ((rc = take_dictionary_batch(r, h, &m.b, m.header, room, err)) < 0) {
			return (int)rc;
		}
	}
	r->ended = more == 0;
	return more;
}

/* The magic number of a file, and the message with the schema. */
static vv_status begin(reader *r, message *out, vv_error *err)
{
	ssize_t got = read_up_to(r, r->head, sizeof(r->head), err);
	int more;

	if (got < 0) return (vv_status)got;
	if (!vv_arrow_ipc_looks_like(r->head, (size_t)got)) {
		return vv_fail(err, VV_EINPUT, "%s: it is not an Arrow stream or file",
			       vv_text_shows(r->source.name));
	}
	r->file = vv_get_le32(r->head) != MARK;
	r->has_head = !r->file;
	more = r->file ? unframed_message(r, out, err) : next_message(r, out, err);
	if (more < 0) return (vv_status)more;
	if (more == 0 || out->kind != HEADER_SCHEMA || out->body != 0) {
		return damaged(r, "it does not begin with a schema", err);
	}
	return VV_OK;
}

/* Files may have dictionaries after the rows that use them: all are taken first, and the file is read again. */
static vv_status take_dictionaries_first(reader *r, vv_error *err)
{
	struct ArrowArray none;
	message m;
	int more;
	vv_status rc;

	r->rows = false;
	if ((more = next_batch(r, &none, err)) < 0) return (vv_status)more;
	r->rows = true;
	r->dictionaries_known = true;
	r->ended = false;
	r->batches = 0;
	return (rc = r->source.again(r->source.payload, err)) < 0 ? rc : begin(r, &m, err);
}

/* ---- the stream ---- */

static int get_schema(struct ArrowArrayStream *s, struct ArrowSchema *out)
{
	*out = ((reader *)s->private_data)->schema;
	return 0;
}

static int get_next(struct ArrowArrayStream *s, struct ArrowArray *out)
{
	reader *r = s->private_data;
	const int more = next_batch(r, out, &r->err);

	if (more == 0) {
		out->release = NULL;
	}
	return more >= 0 ? 0 : more == VV_ENOMEM ? ENOMEM : more == VV_EIO ? EIO : EINVAL;
}

static const char *get_last_error(struct ArrowArrayStream *s)
{
	return ((reader *)s->private_data)->err.message;
}

static void reader_free(reader *r)
{
	if (!r) return;
	for (size_t i = 0; i < r->dictionary_count; i++) {
		let_go(r->dictionaries[i]->now);
	}
	vv_free(r->dictionaries);
	vv_arena_clear(&r->arena);
	vv_buf_clear(&r->message);
	vv_free(r);
}

VV_AUTO_FREE(reader, reader_free)

static void release(struct ArrowArrayStream *s)
{
	reader_free(s->private_data);
	s->release = NULL;
}

vv_status vv_arrow_ipc_read(struct ArrowArrayStream *out, const vv_source *source, vv_error *err)
{
	vv_auto(reader) *r = vv_calloc(1, sizeof(*r));
	message m;
	vv_status rc;

	out->release = NULL;
	if (!r) return vv_fail_nomem(err);
	r->source = *source;
	r->rows = true;
	if ((rc = begin(r, &m, err)) < 0 || (rc = read_schema(r, &m.b, m.header, err)) < 0 ||
	    (r->file && r->dictionary_count > 0 && source->again &&
	     (rc = take_dictionaries_first(r, err)) < 0)) {
		return rc;
	}
	*out = (struct ArrowArrayStream){.get_schema = get_schema,
					 .get_next = get_next,
					 .get_last_error = get_last_error,
					 .release = release,
					 .private_data = vv_take(&r)};
	return VV_OK;
}
