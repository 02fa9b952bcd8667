/*
 * ipc_arrays: validates arrays before use.
 *
 * Functions that follow the nesting of types call themselves as deep as those are nested.
 */
#include "lib/arrow/ipc_arrays.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/decompress.h"

#define ROWS_MAX ((int64_t)INT32_MAX) /* of an array */
#define PIECE ((size_t)256 << 10)

vv_status vv_ipc_damaged(const vv_ipc_place *at, const char *why, vv_error *err)
{
	return at->column ? vv_fail(err, VV_EINPUT, "%s: Arrow data of column '%s' is damaged: %s",
				    vv_text_shows(at->name), vv_text_shows(at->column), why)
			  : vv_fail(err, VV_EINPUT, "%s: Arrow data is damaged: %s",
				    vv_text_shows(at->name), why);
}

void vv_ipc_let_go(vv_ipc_held *h)
{
	if (!h || --h->refs > 0) return;
	vv_array_each(h->others, h->other_count, other) {
		vv_ipc_let_go(*other); /* nested as their types are */
	}
	vv_array_clear(h->parts, h->part_count, it, vv_buf_clear(it));
	vv_free(h->others);
	vv_arena_clear(&h->arena);
	vv_free(h);
}

static void release_part(struct ArrowArray *a)
{
	a->release = NULL; /* the batch has the memory */
}

/* The arrays of a message on their way into h. */
typedef struct decode {
	vv_ipc_place *at;
	vv_ipc_held *h;
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

static ssize_t read_memory(void *payload, void *buf, size_t len, vv_error *err VV_UNUSED)
{
	memory *m = payload;

	len = len < m->len ? len : m->len;
	if (len > 0) {
		memcpy(buf, m->bytes, len);
		m->bytes += len;
		m->len -= len;
	}
	return (ssize_t)len;
}

static int64_t get_i64(const uint8_t *p)
{
	return (int64_t)vv_get_le64(p);
}

/* The compressed buffer's bytes, which must have exactly this length. */
static vv_status unpack_buffer(decode *d, memory *m, int64_t len, vv_error *err)
{
	static const uint8_t zstd[] = {0x28, 0xb5, 0x2f, 0xfd}, lz4[] = {4, 0x22, 0x4d, 0x18};
	vv_auto(vv_decompress) *z = NULL;
	vv_buf *out = &d->h->parts[d->h->part_count++];
	ssize_t got = 1;
	vv_status rc;

	if (len < 0 || m->len < sizeof(zstd) ||
	    (memcmp(m->bytes, zstd, sizeof(zstd)) != 0 &&
	     memcmp(m->bytes, lz4, sizeof(lz4)) != 0)) {
		return vv_ipc_damaged(d->at, "a buffer's compression differs from its batch", err);
	}
	if ((uint64_t)len > d->room) {
		return vv_fail(err, VV_EREFUSED,
			       "%s: a batch of rows is longer than 2 GiB\n"
			       "write it in smaller batches",
			       vv_text_shows(d->at->name));
	}
	d->room -= (uint64_t)len;
	d->h->bytes += (uint64_t)len;
	if ((rc = vv_decompress_open(&z, read_memory, m, d->at->name, err)) < 0) return rc;
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
	if (out->len != (size_t)len) {
		return vv_ipc_damaged(d->at, "a buffer has a wrong length", err);
	}
	*m = (memory){(const uint8_t *)out->data, out->len};
	return VV_OK;
}

static vv_status next_buffer(decode *d, memory *out, vv_error *err)
{
	const vv_buf *body = &d->h->parts[0];
	const uint8_t *entry = d->b->bytes + d->buffers.at + 16 * d->buffer;

	if (d->buffer == d->buffers.count) return vv_ipc_damaged(d->at, "a buffer is missing", err);
	d->buffer++;
	int64_t from = get_i64(entry);
	int64_t len = get_i64(entry + 8);
	*out = (memory){NULL, 0};
	if (len == 0) return VV_OK;
	if (len < 0 || from < 0 || (uint64_t)from > body->len ||
	    (uint64_t)len > body->len - (uint64_t)from || from % 8 != 0) {
		return vv_ipc_damaged(d->at, "a buffer is outside its batch", err);
	}
	*out = (memory){(const uint8_t *)body->data + from, (size_t)len};
	if (!d->packed) return VV_OK;
	if (len < 8) return vv_ipc_damaged(d->at, "a compressed buffer has no length", err);
	len = get_i64(out->bytes);
	out->bytes += 8;
	out->len -= 8;
	return len == -1 ? VV_OK : unpack_buffer(d, out, len, err);
}

/* Buffer i of an array, with at least `least` bytes. */
static vv_status take_buffer(decode *d, struct ArrowArray *a, size_t i, uint64_t least, memory *out,
			     vv_error *err)
{
	memory m;
	vv_status rc = next_buffer(d, &m, err);

	if (rc < 0) return rc;
	if (m.len < least) return vv_ipc_damaged(d->at, "a buffer is too short for its rows", err);
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

		if (at < before) return vv_ipc_damaged(d->at, "its offsets are not in order", err);
		before = at;
	}
	*end = before;
	return VV_OK;
}

static vv_status not_text(decode *d, int64_t i, vv_error *err)
{
	return vv_fail(err, VV_EINPUT,
		       "%s: column '%s', row %lld of batch %llu: the text is not UTF-8\nconvert "
		       "the column to UTF-8 text first",
		       vv_text_shows(d->at->name), vv_text_shows(d->at->column), (long long)i + 1,
		       (unsigned long long)d->at->batches + 1);
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
			return vv_ipc_damaged(d->at, "a text is outside its buffer", err);
		}
		text = (const char *)a->buffers[2 + part[2]] + part[3];
	}
	if (part[0] < 0) return vv_ipc_damaged(d->at, "a text has no length", err);
	return vv_utf8_valid(text, (size_t)part[0]) ? VV_OK : not_text(d, i, err);
}

static vv_status take_views(decode *d, struct ArrowArray *a, vv_error *err)
{
	memory m;

	if (d->variadic_next == d->variadic.count) {
		return vv_ipc_damaged(d->at, "the number of its buffers is missing", err);
	}
	int64_t count = get_i64(d->b->bytes + d->variadic.at + 8 * d->variadic_next++);
	if (count < 0 || (uint64_t)count > d->buffers.count - d->buffer) {
		return vv_ipc_damaged(d->at, "a buffer is missing", err);
	}
	const void **all = vv_arena_calloc(&d->h->arena, (size_t)count + 3, sizeof(*all));
	int64_t *lens = vv_arena_calloc(&d->h->arena, (size_t)count + 1, sizeof(*lens));
	if (!all || !lens) return vv_fail_nomem(err);
	all[0] = a->buffers[0];
	all[2 + count] = lens;
	a->buffers = all;
	a->n_buffers = count + 3;
	vv_status rc = take_buffer(d, a, 1, 16 * (uint64_t)a->length, NULL, err);
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
	vv_status rc;

	a->children = vv_arena_calloc(&d->h->arena, count + 1, sizeof(*a->children));
	if (!all || !a->children) return vv_fail_nomem(err);
	a->n_children = s->n_children;
	for (size_t i = 0; i < count; i++) {
		a->children[i] = &all[i];
		if (s == &d->at->schema) {
			d->at->column = s->children[i]->name;
		}
		if ((rc = take_array(d, s->children[i], &all[i], least, err)) < 0) return rc;
	}
	return VV_OK;
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
	const vv_ipc_dictionary *of = s->private_data;
	vv_ipc_held *h = of->now;
	const uint8_t width = width_of(s->format);

	if (!h) {
		return vv_ipc_damaged(d->at,
				      "its dictionary is missing, or comes after the rows "
				      "in a pipe",
				      err);
	}
	if (!vv_array_add(d->h->others, d->h->other_count, d->h->other_cap, h)) {
		return vv_fail_nomem(err);
	}
	h->refs++;
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
			return vv_ipc_damaged(d->at, "an index is outside its dictionary", err);
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

/* The next array of the message, with at least `least` rows. */
static vv_status take_array(decode *d, const struct ArrowSchema *s, struct ArrowArray *a,
			    int64_t least, vv_error *err)
{
	const uint8_t *node = d->b->bytes + d->nodes.at + 16 * d->node;
	vv_status rc = VV_OK;

	if (d->node == d->nodes.count) return vv_ipc_damaged(d->at, "its rows are missing", err);
	d->node++;
	a->length = get_i64(node);
	a->null_count = get_i64(node + 8);
	a->release = release_part;
	if (a->length < least || a->length > ROWS_MAX || a->null_count < 0 ||
	    a->null_count > a->length) {
		return vv_ipc_damaged(d->at, "it has a wrong number of rows", err);
	}
	if (!(a->buffers = vv_arena_calloc(&d->h->arena, 3, sizeof(*a->buffers)))) {
		return vv_fail_nomem(err);
	}
	if (s->format[0] == 'n') {
		a->n_buffers = 0;
	} else if (s->format[0] == 'u' || s->format[0] == 'U') {
		a->n_buffers = 3;
	} else if (strcmp(s->format, "+s") == 0 || s->format[1] == 'w') {
		a->n_buffers = 1;
	} else {
		a->n_buffers = 2;
	}
	if (a->n_buffers > 0) {
		rc = take_buffer(d, a, 0, a->null_count > 0 ? ((uint64_t)a->length + 7) / 8 : 0,
				 NULL, err);
		a->buffers[0] = a->null_count > 0 ? a->buffers[0] : NULL;
	}
	if (rc < 0 || (rc = take_values(d, s, a, err)) < 0 || !s->dictionary) return rc;
	return take_dictionary(d, s, a, err);
}

/* Which compression its buffers have; each has the magic number of its method. */
static vv_status set_packing(decode *d, vv_flat_table compression, vv_error *err)
{
	const int64_t codec = vv_flat_int(d->b, compression, 0, 1, 0);

	d->packed = compression.at != 0;
	return d->packed && (codec < 0 || codec > 1 || vv_flat_int(d->b, compression, 1, 1, 0) != 0)
		       ? vv_fail(err, VV_ENOSUPPORT,
				 "%s: its compression is not supported, only LZ4 and zstd are",
				 vv_text_shows(d->at->name))
		       : VV_OK;
}

vv_status vv_ipc_decode(vv_ipc_place *at, vv_ipc_held *h, vv_flatbuffer *b, vv_flat_table t,
			const struct ArrowSchema *of, uint64_t room, vv_error *err)
{
	decode d = {.at = at,
		    .h = h,
		    .b = b,
		    .room = room,
		    .nodes = vv_flat_elements(b, t, 1, 16),
		    .buffers = vv_flat_elements(b, t, 2, 16),
		    .variadic = vv_flat_elements(b, t, 4, 8)};
	const int64_t rows = vv_flat_int(b, t, 0, 8, 0);
	vv_status rc;

	if ((rc = set_packing(&d, vv_flat_child(b, t, 3), err)) < 0) return rc;
	if (b->bad || t.at == 0 || rows < 0 || rows > ROWS_MAX) {
		return vv_ipc_damaged(at, "a batch of rows cannot be read", err);
	}
	vv_buf *parts = vv_realloc_array(h->parts, d.buffers.count + 1, sizeof(*parts));
	if (!parts) return vv_fail_nomem(err);
	h->parts = parts;
	memset(parts + 1, 0, d.buffers.count * sizeof(*parts));
	if (of) {
		rc = take_array(&d, of, &h->array, rows, err);
	} else {
		h->array.length = rows;
		h->array.n_buffers = 1;
		h->array.buffers = vv_arena_calloc(&h->arena, 1, sizeof(*h->array.buffers));
		rc = h->array.buffers ? take_children(&d, &at->schema, &h->array, rows, err)
				      : vv_fail_nomem(err);
	}
	if (rc == VV_OK && (d.node != d.nodes.count || d.buffer != d.buffers.count)) {
		at->column = NULL;
		rc = vv_ipc_damaged(at, "a batch of rows has more buffers than its columns need",
				    err);
	}
	at->column = NULL;
	vv_array_each(h->others, h->other_count, other) {
		h->bytes += of ? (*other)->bytes : 0; /* of a dictionary: they live as long as it */
	}
	return rc;
}
