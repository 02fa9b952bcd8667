/*
 * ipc_reader: the messages of Arrow's files.
 *
 * Functions that follow the nesting of types call themselves no deeper than NESTED_MAX.
 */
#include "lib/arrow/ipc_reader.h"

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
#include "lib/arrow/ipc_arrays.h"
#include "lib/arrow/ipc_type.h"

#define MAGIC "ARROW1"
#define MARK 0xffffffffu               /* before a message's length */
#define MESSAGE_MAX ((size_t)64 << 20) /* without its body; of a file's list at its end, too */
#define LIVE_MAX ((uint64_t)2 << 30)   /* bytes of a batch and of all dictionaries */
#define FIELDS_MAX (4 * (size_t)VV_COLUMNS_MAX) /* nested ones counted */
#define NESTED_MAX 64u
#define PIECE ((size_t)256 << 10)
#define BLOCK 24u /* bytes of an element of the list at a file's end */

#define V4 3
#define V5 4
/* The union MessageHeader. */
#define HEADER_SCHEMA 1
#define HEADER_DICTIONARY 2
#define HEADER_BATCH 3

typedef struct reader {
	vv_source source;
	bool file, ended;
	bool rows;               /* are wanted: else only dictionaries */
	bool dictionaries_known; /* those that come are not looked at */
	uint8_t head[8];         /* of the first message, where that has been read */
	bool has_head;
	vv_ipc_place at;
	vv_arena arena;
	size_t fields;
	vv_ipc_dictionary **dictionaries; /* those that a type has inside are before it */
	size_t dictionary_count, dictionary_cap;
	vv_buf message;
	vv_error err;
} reader;

/* ---- bytes ---- */

static vv_status cut_off(const reader *r, vv_error *err)
{
	return vv_fail(err, VV_EINPUT,
		       "%s: the Arrow data is incomplete: it has no end mark\n"
		       "write the data again",
		       vv_text_shows(r->source.name));
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
		vv_ipc_damaged(&r->at, "a name is not text", err);
	}
	return copy;
}

static void release_nothing(struct ArrowSchema *s)
{
	s->release = NULL; /* the stream has the memory */
}

static vv_status read_field(reader *r, vv_flatbuffer *b, vv_flat_table t, struct ArrowSchema *out,
			    unsigned depth, vv_error *err);

static vv_status read_children(reader *r, vv_flatbuffer *b, vv_flat_vector fields,
			       struct ArrowSchema *out, unsigned depth, vv_error *err)
{
	vv_status rc;

	if (depth > NESTED_MAX || fields.count > FIELDS_MAX - r->fields) {
		return vv_fail(err, VV_EREFUSED, "%s: the Arrow schema has more than %zu fields",
			       vv_text_shows(r->source.name), FIELDS_MAX);
	}
	r->fields += fields.count;
	struct ArrowSchema *all = vv_arena_calloc(&r->arena, fields.count + 1, sizeof(*all));
	out->children = vv_arena_calloc(&r->arena, fields.count + 1, sizeof(*out->children));
	if (!all || !out->children) return vv_fail_nomem(err);
	out->n_children = (int64_t)fields.count;
	for (size_t i = 0; i < fields.count; i++) {
		out->children[i] = &all[i];
		if ((rc = read_field(r, b, vv_flat_element(b, fields, i), &all[i], depth + 1,
				     err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Format and children of a field's values. */
static vv_status read_values(reader *r, vv_flatbuffer *b, vv_flat_table t, struct ArrowSchema *out,
			     unsigned depth, vv_error *err)
{
	const uint8_t type = (uint8_t)vv_flat_int(b, t, 2, 1, 0);
	const vv_flat_vector fields = vv_flat_elements(b, t, 5, 4);

	out->release = release_nothing;
	out->format = vv_ipc_type_format(b, type, vv_flat_child(b, t, 3), &r->arena);
	if (b->bad) return vv_ipc_damaged(&r->at, "a type cannot be read", err);
	if (!out->format) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "%s: column '%s' has the Arrow type %s, which a table cannot "
			       "have\nconvert the column to text or numbers first",
			       vv_text_shows(r->source.name), vv_text_shows(r->at.column),
			       vv_ipc_type_name(type));
	}
	if ((out->format[0] != '+' && fields.count > 0) ||
	    (out->format[0] == '+' && out->format[1] != 's' && fields.count != 1)) {
		return vv_ipc_damaged(&r->at, "a type has wrong inner fields", err);
	}
	return read_children(r, b, fields, out, depth, err);
}

static vv_ipc_dictionary *find_dictionary(const reader *r, int64_t id)
{
	vv_ipc_dictionary **found = vv_array_find(r->dictionaries, r->dictionary_count, it,
						  (*it)->id == id);

	return found ? *found : NULL;
}

/* A field with places in a dictionary. */
static vv_status read_encoded(reader *r, vv_flatbuffer *b, vv_flat_table t, vv_flat_table encoding,
			      struct ArrowSchema *out, unsigned depth, vv_error *err)
{
	const vv_flat_table index = vv_flat_child(b, encoding, 1);
	const int64_t id = vv_flat_int(b, encoding, 0, 8, 0);
	struct ArrowSchema *type = vv_arena_calloc(&r->arena, 1, sizeof(*type));
	vv_ipc_dictionary *d;
	vv_status rc;

	if (!type) return vv_fail_nomem(err);
	out->release = release_nothing;
	if (!(out->format = index.at ? vv_ipc_int_format(b, index) : "i")) {
		return vv_ipc_damaged(&r->at, "the indexes of a dictionary are not integers", err);
	}
	if ((rc = read_values(r, b, t, type, depth, err)) < 0) return rc;
	if ((d = find_dictionary(r, id))) {
		if (strcmp(d->type->format, type->format) != 0) {
			return vv_ipc_damaged(&r->at, "its dictionary has another type", err);
		}
	} else {
		d = vv_arena_calloc(&r->arena, 1, sizeof(*d));
		if (!d ||
		    !vv_array_add(r->dictionaries, r->dictionary_count, r->dictionary_cap, d)) {
			return vv_fail_nomem(err);
		}
		*d = (vv_ipc_dictionary){.id = id, .type = type};
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

	if (t.at == 0 || b->bad) return vv_ipc_damaged(&r->at, "a field is missing", err);
	if (!(out->name = copy_text(r, b, t, 0, err))) return err->code;
	if (depth == 1) {
		r->at.column = out->name;
	}
	out->flags = vv_flat_int(b, t, 1, 1, 0) ? ARROW_FLAG_NULLABLE : 0;
	return encoding.at ? read_encoded(r, b, t, encoding, out, depth, err)
			   : read_values(r, b, t, out, depth, err);
}

static vv_status read_schema(reader *r, vv_flatbuffer *b, vv_flat_table t, vv_error *err)
{
	const bool swapped = __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__;

	r->at.schema = (struct ArrowSchema){.format = "+s", .name = "", .release = release_nothing};
	if ((vv_flat_int(b, t, 0, 2, 0) != 0) != swapped) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "%s: its byte order is not supported, only "
			       "little-endian is",
			       vv_text_shows(r->source.name));
	}
	vv_status rc = read_children(r, b, vv_flat_elements(b, t, 1, 4), &r->at.schema, 0, err);
	r->at.column = NULL;
	return rc == VV_OK && b->bad ? vv_ipc_damaged(&r->at, "its schema cannot be read", err)
				     : rc;
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

static void release_batch(struct ArrowArray *a)
{
	vv_ipc_let_go(a->private_data);
	a->release = NULL;
}

/* Memory with the body that comes next; *room: how many bytes may be added. */
static vv_status read_body(vv_ipc_held **out, uint64_t *room, reader *r, int64_t len, vv_error *err)
{
	vv_auto(vv_ipc_held) *h = NULL;
	vv_status rc;

	if (len < 0) return vv_ipc_damaged(&r->at, "a message has no length", err);
	*room = room_left(r);
	if ((uint64_t)len > *room) {
		return vv_fail(err, VV_EREFUSED,
			       "%s: a batch of rows is longer than 2 GiB\n"
			       "write it in smaller batches",
			       vv_text_shows(r->source.name));
	}
	*room -= (uint64_t)len;
	if (!(h = vv_calloc(1, sizeof(*h)))) return vv_fail_nomem(err);
	h->refs = 1;
	h->bytes = (uint64_t)len;
	if (!(h->parts = vv_calloc(1, sizeof(*h->parts)))) return vv_fail_nomem(err);
	h->part_count = 1;
	if ((rc = read_all(r, &h->parts[0], (size_t)len, err)) < 0) return rc;
	return vv_hand_over(out, &h);
}

static vv_status take_dictionary_batch(reader *r, vv_ipc_held *h, vv_flatbuffer *b, vv_flat_table t,
				       uint64_t room, vv_error *err)
{
	vv_ipc_dictionary *of = find_dictionary(r, vv_flat_int(b, t, 0, 8, 0));
	vv_status rc;

	if (!of) return vv_ipc_damaged(&r->at, "a dictionary belongs to no column", err);
	if (vv_flat_int(b, t, 2, 1, 0)) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "%s: it has a delta dictionary, which varve cannot read\nwrite "
			       "complete dictionaries",
			       vv_text_shows(r->source.name));
	}
	if ((rc = vv_ipc_decode(&r->at, h, b, vv_flat_child(b, t, 1), of->type, room, err)) < 0) {
		return rc;
	}
	h->refs++;
	vv_ipc_let_go(of->now);
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

static vv_status fail_more_bytes(const reader *r, vv_error *err)
{
	return vv_fail(err, VV_EINPUT, "%s: more bytes follow after the end of the Arrow data",
		       vv_text_shows(r->source.name));
}

/* The list at the end of a file, of which `have` bytes are in the message already, has as many batches as came. */
static vv_status check_list(reader *r, vv_error *err)
{
	vv_buf *m = &r->message;
	const size_t tail = 4 + sizeof(MAGIC) - 1;
	ssize_t got = 1;

	while (got > 0) {
		if (m->len > MESSAGE_MAX) return fail_more_bytes(r, err);
		if (!vv_buf_reserve(m, PIECE)) return vv_buf_ok(m, err);
		if ((got = read_up_to(r, m->data + m->len, PIECE, err)) < 0) return (vv_status)got;
		m->len += (size_t)got;
	}
	if (m->len < tail || memcmp(m->data + m->len - (tail - 4), MAGIC, tail - 4) != 0) {
		return cut_off(r, err);
	}
	vv_flatbuffer b = {(const uint8_t *)m->data, m->len - tail, false};
	vv_flat_vector blocks = vv_flat_elements(&b, vv_flat_root(&b), 3, BLOCK);
	return vv_get_le32(b.bytes + b.len) != b.len || b.bad || blocks.count != r->at.batches
		       ? vv_ipc_damaged(&r->at,
					"the list at its end differs from the batches before it",
					err)
		       : VV_OK;
}

static vv_status check_end(reader *r, vv_error *err)
{
	char more;

	if (r->file) return check_list(r, err);
	ssize_t got = read_up_to(r, &more, 1, err);
	if (got < 0) return (vv_status)got;
	return got > 0 ? fail_more_bytes(r, err) : VV_OK;
}

/* The message that was read: 1, <0. */
static int parse_message(const reader *r, message *out, vv_error *err)
{
	out->b = (vv_flatbuffer){(const uint8_t *)r->message.data, r->message.len, false};
	vv_flat_table t = vv_flat_root(&out->b);
	int64_t version = vv_flat_int(&out->b, t, 0, 2, 0);
	out->kind = (uint8_t)vv_flat_int(&out->b, t, 1, 1, 0);
	out->header = vv_flat_child(&out->b, t, 2);
	out->body = vv_flat_int(&out->b, t, 3, 8, 0);
	if (out->b.bad || out->header.at == 0) {
		return vv_ipc_damaged(&r->at, "a message cannot be read", err);
	}
	if (version != V4 && version != V5) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "%s: version V%d of Arrow's messages is not "
			       "supported",
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
	if (vv_get_le32(prefix) != MARK) {
		return vv_ipc_damaged(&r->at, "a message is followed by other bytes", err);
	}
	if ((len = vv_get_le32(prefix + 4)) == 0) return check_end(r, err);
	if (len > MESSAGE_MAX) {
		return vv_ipc_damaged(&r->at, "a message is longer than 64 MiB", err);
	}
	if ((rc = read_all(r, &r->message, len, err)) < 0) return rc;
	return parse_message(r, out, err);
}

/* The schema of a file written by polars, which has no length: the bytes before the first message with one. */
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
			return vv_ipc_damaged(&r->at, "a message is longer than 64 MiB", err);
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
		vv_auto(vv_ipc_held) *h = NULL;
		uint64_t room = 0;
		vv_status rc;

		if (m.kind != HEADER_DICTIONARY && m.kind != HEADER_BATCH) {
			return (int)vv_ipc_damaged(&r->at, "a message is of an unknown kind", err);
		}
		if (m.kind == HEADER_BATCH ? !r->rows : r->dictionaries_known) {
			r->at.batches += m.kind == HEADER_BATCH;
			if ((rc = pass_over(r, m.body, err)) < 0) return (int)rc;
			continue;
		}
		if ((rc = read_body(&h, &room, r, m.body, err)) < 0) return (int)rc;
		if (m.kind == HEADER_BATCH) {
			if ((rc = vv_ipc_decode(&r->at, h, &m.b, m.header, NULL, room, err)) < 0) {
				return (int)rc;
			}
			r->at.batches++;
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
static vv_status begin_stream(reader *r, message *out, vv_error *err)
{
	ssize_t got = read_up_to(r, r->head, sizeof(r->head), err);

	if (got < 0) return (vv_status)got;
	if (!vv_arrow_ipc_looks_like(r->head, (size_t)got)) {
		return vv_fail(err, VV_EINPUT, "%s: not an Arrow stream or file",
			       vv_text_shows(r->source.name));
	}
	r->file = vv_get_le32(r->head) != MARK;
	r->has_head = !r->file;
	int more = r->file ? unframed_message(r, out, err) : next_message(r, out, err);
	if (more < 0) return (vv_status)more;
	if (more == 0 || out->kind != HEADER_SCHEMA || out->body != 0) {
		return vv_ipc_damaged(&r->at, "it does not begin with a schema", err);
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
	r->at.batches = 0;
	return (rc = r->source.again(r->source.payload, err)) < 0 ? rc : begin_stream(r, &m, err);
}

/* ---- the stream ---- */

static int get_schema(struct ArrowArrayStream *s, struct ArrowSchema *out)
{
	*out = ((reader *)s->private_data)->at.schema;
	return 0;
}

static int get_next(struct ArrowArrayStream *s, struct ArrowArray *out)
{
	reader *r = s->private_data;
	const int more = next_batch(r, out, &r->err);

	if (more == 0) {
		out->release = NULL;
	}
	if (more >= 0) return 0;
	if (more == VV_ENOMEM) return ENOMEM;
	if (more == VV_EIO) return EIO;
	return EINVAL;
}

static const char *get_last_error(struct ArrowArrayStream *s)
{
	return ((reader *)s->private_data)->err.message;
}

static void reader_free(reader *r)
{
	if (!r) return;
	vv_array_clear(r->dictionaries, r->dictionary_count, it, vv_ipc_let_go((*it)->now));
	vv_arena_clear(&r->arena);
	vv_buf_clear(&r->message);
	vv_free(r);
}

VV_AUTO_FREE(reader, reader_free)

static void release_stream(struct ArrowArrayStream *s)
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
	r->at.name = source->name;
	r->rows = true;
	if ((rc = begin_stream(r, &m, err)) < 0 || (rc = read_schema(r, &m.b, m.header, err)) < 0 ||
	    (r->file && r->dictionary_count > 0 && source->again &&
	     (rc = take_dictionaries_first(r, err)) < 0)) {
		return rc;
	}
	*out = (struct ArrowArrayStream){.get_schema = get_schema,
					 .get_next = get_next,
					 .get_last_error = get_last_error,
					 .release = release_stream,
					 .private_data = vv_take(&r)};
	return VV_OK;
}
