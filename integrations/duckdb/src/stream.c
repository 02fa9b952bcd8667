/*
 * stream: copies batches into vectors.
 *
 * Texts of at most 12 bytes are in DuckDB's duckdb_string_t itself; longer ones are in the vector's memory, which only
 * duckdb_vector_assign_string_element_len gives. So the texts of a chunk are handed over as one, and pointed into.
 */
#include "stream.h"

#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_TEXT = 12, SHOWN_TEXT = 80 };

/* The values of a batch's dictionary, as a vector of the result needs them. */
typedef struct dictionary {
	duckdb_string_t
		*texts;   /* the dictionary's short texts; of long texts those in the vector */
	uint32_t *codes;  /* enums: code + 1; 0: not looked up */
	uint32_t *stamps; /* the chunk in which a long text was put into the vector */
	size_t room;
	bool current; /* of the current batch */
	uint32_t chunk;
} dictionary;

/* ---- columns ---- */

static void set_fixed(column *c, duckdb_type type, size_t width)
{
	c->kind = COLUMN_FIXED;
	c->type = type;
	c->width = width;
}

static int set_decimal(column *c, const char *format, varve_error *err)
{
	int digits = 0, scale = 0;

	if (sscanf(format, "d:%d,%d", &digits, &scale) != 2 || digits != 38 || scale < 0 ||
	    scale > 38) {
		return varve_error_set(err, VARVE_ENOSUPPORT, "unknown form of decimals");
	}
	set_fixed(c, DUCKDB_TYPE_DECIMAL, 16);
	c->scale = (uint8_t)scale;
	return VARVE_OK;
}

static int set_kind(column *c, const struct ArrowSchema *of, varve_error *err)
{
	const char *format = of->dictionary ? of->dictionary->format : of->format;

	*c = (column){.kind = COLUMN_TEXT, .type = DUCKDB_TYPE_VARCHAR};
	if (strcmp(format, "l") == 0) {
		set_fixed(c, DUCKDB_TYPE_BIGINT, 8);
	} else if (strcmp(format, "L") == 0) {
		set_fixed(c, DUCKDB_TYPE_UBIGINT, 8);
	} else if (strcmp(format, "g") == 0) {
		set_fixed(c, DUCKDB_TYPE_DOUBLE, 8);
	} else if (strcmp(format, "tdD") == 0) {
		set_fixed(c, DUCKDB_TYPE_DATE, 4);
	} else if (strncmp(format, "tsu:", 4) == 0) {
		set_fixed(c, DUCKDB_TYPE_TIMESTAMP, 8);
		c->zone = format[4] != '\0';
	} else if (strncmp(format, "tsn:", 4) == 0) {
		set_fixed(c, DUCKDB_TYPE_TIMESTAMP_NS, 8);
	} else if (strncmp(format, "d:", 2) == 0) {
		return set_decimal(c, format, err);
	} else if (strcmp(format, "b") == 0) {
		c->kind = COLUMN_BOOL;
		c->type = DUCKDB_TYPE_BOOLEAN;
	} else if (strcmp(format, "n") == 0) {
		c->kind = COLUMN_NONE;
	} else if (strcmp(format, "z") == 0) {
		c->type = DUCKDB_TYPE_BLOB;
	} else if (strcmp(format, "u") != 0) {
		return varve_error_set(err, VARVE_ENOSUPPORT, "unknown type of Arrow");
	}
	return VARVE_OK;
}

static int schema_of(struct ArrowSchema *out, struct ArrowArrayStream *of, varve_error *err)
{
	return of->get_schema(of, out) == 0 ? VARVE_OK : door_no_memory(err);
}

int columns_of(columns *out, struct ArrowArrayStream *of, varve_error *err)
{
	struct ArrowSchema schema = {0};
	int rc = schema_of(&schema, of, err);

	if (rc < 0) return rc;
	out->list = calloc((size_t)schema.n_children + 1, sizeof(*out->list));
	for (int64_t i = 0; out->list && rc == VARVE_OK && i < schema.n_children; i++) {
		rc = set_kind(&out->list[i], schema.children[i], err);
		out->list[i].name = strdup(schema.children[i]->name);
		out->count++;
		if (!out->list[i].name) {
			rc = door_no_memory(err);
		}
	}
	schema.release(&schema);
	return out->list ? rc : door_no_memory(err);
}

void columns_clear(columns *all)
{
	for (size_t i = 0; i < all->count; i++) {
		column *c = &all->list[i];

		for (size_t k = 0; k < c->label_count; k++) {
			free(c->labels[k]);
		}
		free(c->labels);
		free(c->label_order);
		free(c->delimiter);
		free(c->name);
	}
	free(all->list);
}

/* qsort has no argument for what is compared. */
typedef struct label {
	const char *text;
	uint32_t place;
} label;

static int compare_labels(const void *a, const void *b)
{
	return strcmp(((const label *)a)->text, ((const label *)b)->text);
}

/* Sorts the labels; returns whether all differ, as DuckDB demands. */
static bool sort_labels(column *c)
{
	label *sorted = calloc(c->label_count, sizeof(*sorted));
	bool differ = sorted != NULL;

	c->label_order = calloc(c->label_count, sizeof(*c->label_order));
	for (size_t i = 0; sorted && i < c->label_count; i++) {
		sorted[i] = (label){c->labels[i], (uint32_t)i};
	}
	if (sorted) {
		qsort(sorted, c->label_count, sizeof(*sorted), compare_labels);
	}
	for (size_t i = 0; sorted && c->label_order && i < c->label_count; i++) {
		c->label_order[i] = sorted[i].place;
		differ = differ && (i == 0 || compare_labels(&sorted[i - 1], &sorted[i]) != 0);
	}
	free(sorted);
	return differ && c->label_order;
}

static duckdb_logical_type enum_type(const column *c)
{
	return duckdb_create_enum_type((const char **)(void *)c->labels, c->label_count);
}

static size_t enum_width(const column *c)
{
	duckdb_logical_type type = enum_type(c);
	const duckdb_type as = duckdb_enum_internal_type(type);

	duckdb_destroy_logical_type(&type);
	if (as == DUCKDB_TYPE_UTINYINT) return 1;
	return as == DUCKDB_TYPE_USMALLINT ? 2 : 4;
}

int column_narrow(column *c, const varve_table *table, size_t place, bool enums, varve_error *err)
{
	const varve_column *of = varve_table_column(table, place);
	const varve_table_facts *facts = varve_table_info(table);
	const bool typed = facts->format == VARVE_FORMAT_JSON ||
			   facts->format == VARVE_FORMAT_NDJSON;

	if (c->kind != COLUMN_TEXT || c->type != DUCKDB_TYPE_VARCHAR) return VARVE_OK;
	switch (of->type) {
	case VARVE_TYPE_TIME:
		if (strcmp(of->format, "default") == 0) {
			c->kind = COLUMN_TIME;
		}
		return VARVE_OK;
	case VARVE_TYPE_LIST:
		c->json = typed;
		if (typed) return VARVE_OK;
		c->kind = COLUMN_LIST;
		c->delimiter = schema_delimiter(facts->schema, place);
		return c->delimiter ? VARVE_OK : door_no_memory(err);
	case VARVE_TYPE_OBJECT:
	case VARVE_TYPE_ARRAY:
	case VARVE_TYPE_GEOJSON:
		c->json = true;
		return VARVE_OK;
	case VARVE_TYPE_STRING:
		c->labels = enums ? schema_enum(facts->schema, place, &c->label_count) : NULL;
		if (c->labels && sort_labels(c)) {
			c->kind = COLUMN_ENUM;
			c->width = enum_width(c);
		}
		return VARVE_OK;
	default:
		return VARVE_OK;
	}
}

static duckdb_logical_type type_of(const column *c)
{
	duckdb_logical_type text, list;

	switch (c->kind) {
	case COLUMN_ENUM:
		return enum_type(c);
	case COLUMN_TIME:
		return duckdb_create_logical_type(DUCKDB_TYPE_TIME);
	case COLUMN_LIST:
		text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
		list = duckdb_create_list_type(text);
		duckdb_destroy_logical_type(&text);
		return list;
	default:
		break;
	}
	if (c->type == DUCKDB_TYPE_DECIMAL) return duckdb_create_decimal_type(38, c->scale);
	duckdb_logical_type type = duckdb_create_logical_type(c->zone ? DUCKDB_TYPE_TIMESTAMP_TZ
								      : c->type);
	if (c->json) {
		duckdb_logical_type_set_alias(type, "JSON");
	}
	return type;
}

void columns_declare(duckdb_bind_info info, const columns *all)
{
	for (size_t i = 0; i < all->count; i++) {
		duckdb_logical_type type = type_of(&all->list[i]);

		duckdb_bind_add_result_column(info, all->list[i].name, type);
		duckdb_destroy_logical_type(&type);
	}
}

/* ---- batches ---- */

static void dictionary_clear(dictionary *d)
{
	free(d->texts);
	free(d->codes);
	free(d->stamps);
	*d = (dictionary){0};
}

void stream_clear(stream *s)
{
	if (s->batch.release) {
		s->batch.release(&s->batch);
	}
	if (s->arrow.release) {
		s->arrow.release(&s->arrow);
	}
	varve_arrow_status_free(s->status);
	for (size_t i = 0; i < s->kept_count; i++) {
		dictionary_clear(&s->kept[i]);
	}
	free(s->kept);
	*s = (stream){0};
}

int stream_next(stream *s, varve_error *err)
{
	varve_arrow_counts counts;

	while (!s->batch.release || s->at >= s->batch.length) {
		if (s->batch.release) {
			s->batch.release(&s->batch);
		}
		s->batch.release = NULL;
		s->at = 0;
		for (size_t i = 0; i < s->kept_count; i++) {
			s->kept[i].current = false;
		}
		if (s->arrow.get_next(&s->arrow, &s->batch) != 0) {
			const int rc = varve_arrow_status_get(&counts, s->status, err);

			return rc < 0 ? rc : door_no_memory(err);
		}
		if (!s->batch.release) return 0;
	}
	return 1;
}

static bool is_text(const column *c)
{
	return c->kind >= COLUMN_TEXT;
}

int stream_matches(stream *s, const columns *all, const door_columns *of, varve_error *err)
{
	struct ArrowSchema schema = {0};
	int rc = schema_of(&schema, &s->arrow, err);

	if (rc < 0) return rc;
	for (size_t i = 0; rc == VARVE_OK && i < of->count; i++) {
		const column *want = &all->list[of->places[i]];
		column have = {0};

		rc = (int64_t)i < schema.n_children ? set_kind(&have, schema.children[i], err)
						    : VARVE_ECONFLICT;
		if (rc == VARVE_OK &&
		    (is_text(&have) != is_text(want) || have.scale != want->scale ||
		     (!is_text(want) && have.type != want->type))) {
			rc = VARVE_ECONFLICT;
		}
	}
	schema.release(&schema);
	if (rc != VARVE_ECONFLICT) return rc;
	return varve_error_set(err, rc, "the table changed while it was read: run the query again");
}

/* ---- vectors ---- */

/* How a vector is filled. */
typedef struct filling {
	const stream *from;
	const selection *of;
	const column *column;
	dictionary *kept;
} filling;

static bool has_value(const struct ArrowArray *a, int64_t row)
{
	const uint8_t *bits = a->buffers[0];
	const int64_t bit = a->offset + row;

	return !bits || a->null_count == 0 || (bits[bit / 8] >> (bit % 8) & 1) != 0;
}

static void put_validity(duckdb_vector vector, const struct ArrowArray *a, int64_t at, idx_t count)
{
	const uint8_t *bits = a->buffers[0];
	const int64_t bit = a->offset + at;

	if (!bits || a->null_count == 0) return;
	duckdb_vector_ensure_validity_writable(vector);
	uint64_t *to = duckdb_vector_get_validity(vector);
	if (bit % 8 == 0) {
		memcpy(to, bits + bit / 8, (count + 7) / 8);
		return;
	}
	for (idx_t i = 0; i < count; i++) {
		duckdb_validity_set_row_validity(to, i, has_value(a, at + (int64_t)i));
	}
}

static void put_bools(bool *to, const struct ArrowArray *a, int64_t at, idx_t count)
{
	const uint8_t *bits = a->buffers[1];

	for (idx_t i = 0; i < count; i++) {
		const int64_t bit = a->offset + at + (int64_t)i;

		to[i] = (bits[bit / 8] >> (bit % 8) & 1) != 0;
	}
}

/* The texts of an array, or of its dictionary. */
typedef struct texts {
	const int32_t *ends;    /* text k is from ends[k] to ends[k + 1] */
	const int32_t *indexes; /* NULL: no dictionary */
	const char *data, *end;
	size_t count;
} texts;

static texts texts_of(const struct ArrowArray *a)
{
	const struct ArrowArray *of = a->dictionary ? a->dictionary : a;
	texts t = {.ends = (const int32_t *)of->buffers[1] + of->offset,
		   .data = of->buffers[2],
		   .count = (size_t)of->length};

	if (a->dictionary) {
		t.indexes = (const int32_t *)a->buffers[1] + a->offset;
	}
	if (!t.data) {
		t.data = "";
	}
	t.end = t.data + t.ends[of->length];
	return t;
}

/* The text of a row: its place among the texts. */
static int64_t text_place(const texts *t, int64_t row)
{
	return t->indexes ? t->indexes[row] : row;
}

static size_t text_len(const texts *t, int64_t k)
{
	return (size_t)(t->ends[k + 1] - t->ends[k]);
}

/* Masks for the bytes of a short text: 8, and 4 more. */
static const uint64_t first_bytes[SHORT_TEXT + 1] = {
	0,          0xff,         0xffff,         0xffffff,
	0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff,
	UINT64_MAX, UINT64_MAX,   UINT64_MAX,     UINT64_MAX,
	UINT64_MAX};
static const uint32_t last_bytes[SHORT_TEXT + 1] = {0, 0, 0,    0,      0,        0,         0,
						    0, 0, 0xff, 0xffff, 0xffffff, UINT32_MAX};

/* The bytes after a short text are zero. Where 12 bytes can be read, no length is a branch. */
static void put_short(duckdb_string_t *to, const char *text, size_t len, const char *end)
{
	uint64_t first;
	uint32_t last;

	to->value.inlined.length = (uint32_t)len;
	if (end - text < SHORT_TEXT || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__) {
		memset(to->value.inlined.inlined, 0, SHORT_TEXT);
		memcpy(to->value.inlined.inlined, text, len);
		return;
	}
	memcpy(&first, text, 8);
	memcpy(&last, text + 8, 4);
	first &= first_bytes[len];
	last &= last_bytes[len];
	memcpy(to->value.inlined.inlined, &first, 8);
	memcpy(to->value.inlined.inlined + 8, &last, 4);
}

static void put_long(duckdb_string_t *to, const char *text, size_t len)
{
	to->value.pointer.length = (uint32_t)len;
	memcpy(to->value.pointer.prefix, text, sizeof(to->value.pointer.prefix));
	to->value.pointer.ptr = (char *)(uintptr_t)text;
}

/* A copy of bytes in the vector's memory; overwrites a row. NULL: DuckDB did not take them. */
static const char *in_vector(duckdb_vector vector, idx_t row, const char *bytes, size_t len)
{
	duckdb_string_t *to = (duckdb_string_t *)duckdb_vector_get_data(vector) + row;

	memset(to, 0, sizeof(*to));
	duckdb_vector_assign_string_element_len(vector, row, bytes, len);
	return to->value.pointer.length == len ? to->value.pointer.ptr : NULL;
}

static int refuse_text(varve_error *err)
{
	return varve_error_set(err, VARVE_EINPUT, "DuckDB does not accept a text: it is not UTF-8");
}

static int put_texts(duckdb_vector vector, const struct ArrowArray *a, int64_t at, idx_t count,
		     varve_error *err)
{
	const texts t = texts_of(a);
	duckdb_string_t *to = duckdb_vector_get_data(vector);
	const char *from = t.data + t.ends[at], *copy = NULL;

	for (idx_t i = 0; i < count; i++) {
		const int64_t k = at + (int64_t)i;
		const char *text = t.data + t.ends[k];
		const size_t len = text_len(&t, k);

		if (len <= SHORT_TEXT) {
			put_short(&to[i], text, len, t.end);
			continue;
		}
		if (!copy &&
		    !(copy = in_vector(vector, i, from,
				       (size_t)(t.ends[at + (int64_t)count] - t.ends[at])))) {
			return refuse_text(err);
		}
		put_long(&to[i], copy + (text - from), len);
	}
	return VARVE_OK;
}

/* Makes room for the dictionary of the batch, whose texts are then not in the vector, and not looked up. */
static int begin_dictionary(dictionary *d, const texts *t, varve_error *err)
{
	d->chunk++;
	if (d->current) return VARVE_OK;
	if (t->count > d->room || !d->texts) {
		dictionary_clear(d);
		d->room = t->count + 64;
		d->chunk = 1;
		d->texts = calloc(d->room, sizeof(*d->texts));
		d->codes = calloc(d->room, sizeof(*d->codes));
		d->stamps = calloc(d->room, sizeof(*d->stamps));
	}
	if (!d->texts || !d->codes || !d->stamps) return door_no_memory(err);
	d->current = true;
	for (size_t k = 0; k < t->count; k++) {
		const size_t len = text_len(t, (int64_t)k);

		d->codes[k] = d->stamps[k] = 0;
		if (len <= SHORT_TEXT) {
			put_short(&d->texts[k], t->data + t->ends[k], len, t->end);
		}
	}
	return VARVE_OK;
}

static int put_long_once(duckdb_vector vector, idx_t row, const texts *t, int64_t k, dictionary *d,
			 varve_error *err)
{
	const char *text = t->data + t->ends[k];
	const size_t len = text_len(t, k);

	if (d->stamps[k] == d->chunk) return VARVE_OK;
	text = in_vector(vector, row, text, len);
	if (!text) return refuse_text(err);
	put_long(&d->texts[k], text, len);
	d->stamps[k] = d->chunk;
	return VARVE_OK;
}

static int put_dictionary(duckdb_vector vector, const struct ArrowArray *a, const filling *f,
			  idx_t count, varve_error *err)
{
	const texts t = texts_of(a);
	const int64_t at = f->from->at;
	duckdb_string_t *to = duckdb_vector_get_data(vector);
	int rc = begin_dictionary(f->kept, &t, err);

	for (idx_t i = 0; rc == VARVE_OK && i < count; i++) {
		const int64_t k = t.indexes[at + (int64_t)i];

		if (!has_value(a, at + (int64_t)i)) {
			continue;
		}
		if (text_len(&t, k) > SHORT_TEXT) {
			rc = put_long_once(vector, i, &t, k, f->kept, err);
		}
		to[i] = f->kept->texts[k];
	}
	return rc;
}

/* ---- texts with a type ---- */

/* Text k of a row is not a value of its column. */
static int report_misfit(duckdb_vector vector, const filling *f, idx_t row, const texts *t,
			 int64_t k, const char *what, varve_error *err)
{
	const size_t len = text_len(t, k);
	char message[512], number[32] = "";

	if (f->of->null_misfits) {
		door_put_null(vector, row);
		return VARVE_OK;
	}
	if (f->of->numbered) {
		const struct ArrowArray *batch = &f->from->batch,
					*a = batch->children[batch->n_children - 1];
		const int64_t n =
			((const int64_t *)a->buffers[1])[a->offset + f->from->at + (int64_t)row];

		(void)snprintf(number, sizeof(number), "row %lld: ", (long long)n + 1);
	}
	(void)snprintf(message, sizeof(message), "%scolumn '%s' %s '%.*s%s'", number,
		       f->column->name, what, (int)(len < SHOWN_TEXT ? len : SHOWN_TEXT),
		       t->data + t->ends[k], len < SHOWN_TEXT ? "" : "...");
	varve_error_set(err, VARVE_EINPUT, message);
	(void)snprintf(
		err->hint, sizeof(err->hint), "%s",
		f->column->kind == COLUMN_ENUM
			? "enums := false reads enums as text, misfits := 'null' such cells as NULL"
			: "text := true reads cells as text, misfits := 'null' such cells as NULL");
	return VARVE_EINPUT;
}

static int compare_label(const column *c, uint32_t place, const char *text, size_t len)
{
	const size_t its = strlen(c->labels[place]);
	const int by = memcmp(c->labels[place], text, its < len ? its : len);

	if (by != 0) return by;
	return (its > len) - (its < len);
}

/* The code of a text, plus 1; 0: the enum does not have it. */
static uint32_t code_of(const column *c, const char *text, size_t len)
{
	size_t from = 0, to = c->label_count;

	while (from < to) {
		const size_t middle = from + (to - from) / 2;
		const int by = compare_label(c, c->label_order[middle], text, len);

		if (by == 0) return c->label_order[middle] + 1;
		if (by < 0) {
			from = middle + 1;
		} else {
			to = middle;
		}
	}
	return 0;
}

static void put_code(void *data, size_t width, idx_t row, uint32_t code)
{
	if (width == 1) {
		((uint8_t *)data)[row] = (uint8_t)code;
	} else if (width == 2) {
		((uint16_t *)data)[row] = (uint16_t)code;
	} else {
		((uint32_t *)data)[row] = code;
	}
}

static int put_codes(duckdb_vector vector, const struct ArrowArray *a, const filling *f,
		     idx_t count, varve_error *err)
{
	const texts t = texts_of(a);
	const int64_t at = f->from->at;
	void *to = duckdb_vector_get_data(vector);
	int rc = begin_dictionary(f->kept, &t, err);

	for (idx_t i = 0; rc == VARVE_OK && i < count; i++) {
		const int64_t row = at + (int64_t)i;

		if (!has_value(a, row)) {
			continue;
		}
		const int64_t k = text_place(&t, row);
		uint32_t *code = &f->kept->codes[k];

		*code = *code > 0 ? *code : code_of(f->column, t.data + t.ends[k], text_len(&t, k));
		if (*code > 0) {
			put_code(to, f->column->width, i, *code - 1);
		} else {
			rc = report_misfit(vector, f, i, &t, k, "of an enum has another value,",
					   err);
		}
	}
	return rc;
}

static int two_digits(const char *at)
{
	if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9') return 99;
	return (at[0] - '0') * 10 + at[1] - '0';
}

/* HH:MM:SS, the only form of a time without a format. */
static bool read_time(duckdb_time *to, const char *text, size_t len)
{
	if (len != 8 || text[2] != ':' || text[5] != ':') return false;
	const int hour = two_digits(text), minute = two_digits(text + 3),
		  second = two_digits(text + 6);

	to->micros = ((hour * 60 + minute) * (int64_t)60 + second) * 1000000;
	return hour < 24 && minute < 60 && second < 60;
}

static int put_times(duckdb_vector vector, const struct ArrowArray *a, const filling *f,
		     idx_t count, varve_error *err)
{
	const texts t = texts_of(a);
	const int64_t at = f->from->at;
	duckdb_time *to = duckdb_vector_get_data(vector);
	int rc = VARVE_OK;

	for (idx_t i = 0; rc == VARVE_OK && i < count; i++) {
		const int64_t row = at + (int64_t)i;

		if (!has_value(a, row)) {
			continue;
		}
		const int64_t k = text_place(&t, row);

		if (!read_time(&to[i], t.data + t.ends[k], text_len(&t, k))) {
			rc = report_misfit(vector, f, i, &t, k,
					   "is of type time, and has the invalid value", err);
		}
	}
	return rc;
}

/* The end of the item that begins at `at`. */
static size_t item_end(const char *text, size_t len, size_t at, const char *delimiter, size_t by)
{
	while (at < len && (at + by > len || memcmp(text + at, delimiter, by) != 0)) {
		at++;
	}
	return at;
}

static int put_list(duckdb_vector vector, duckdb_list_entry *entry, const char *text, size_t len,
		    const char *delimiter, varve_error *err)
{
	const size_t by = strlen(delimiter);
	duckdb_vector items = duckdb_list_vector_get_child(vector);
	idx_t next = duckdb_list_vector_get_size(vector);

	entry->offset = next;
	for (size_t at = 0, end; at <= len; at = end + by) {
		end = item_end(text, len, at, delimiter, by);
		if (duckdb_list_vector_reserve(vector, next + 1) != DuckDBSuccess) {
			return door_no_memory(err);
		}
		duckdb_vector_assign_string_element_len(items, next++, text + at, end - at);
	}
	entry->length = next - entry->offset;
	if (duckdb_list_vector_set_size(vector, next) != DuckDBSuccess) return door_no_memory(err);
	return VARVE_OK;
}

static int put_lists(duckdb_vector vector, const struct ArrowArray *a, const filling *f,
		     idx_t count, varve_error *err)
{
	const texts t = texts_of(a);
	const int64_t at = f->from->at;
	duckdb_list_entry *to = duckdb_vector_get_data(vector);
	int rc = VARVE_OK;

	for (idx_t i = 0; rc == VARVE_OK && i < count; i++) {
		const int64_t row = at + (int64_t)i, k = text_place(&t, row);

		to[i] = (duckdb_list_entry){0};
		if (has_value(a, row)) {
			rc = put_list(vector, &to[i], t.data + t.ends[k], text_len(&t, k),
				      f->column->delimiter, err);
		}
	}
	return rc;
}

static int put_column(duckdb_vector vector, const struct ArrowArray *a, const filling *f,
		      idx_t count, varve_error *err)
{
	const column *c = f->column;
	const int64_t at = f->from->at;

	if (c->kind == COLUMN_NONE) {
		for (idx_t i = 0; i < count; i++) {
			door_put_null(vector, i);
		}
		return VARVE_OK;
	}
	put_validity(vector, a, at, count);
	switch (c->kind) {
	case COLUMN_FIXED:
		memcpy(duckdb_vector_get_data(vector),
		       (const char *)a->buffers[1] + (size_t)(a->offset + at) * c->width,
		       count * c->width);
		return VARVE_OK;
	case COLUMN_BOOL:
		put_bools(duckdb_vector_get_data(vector), a, at, count);
		return VARVE_OK;
	case COLUMN_ENUM:
		return put_codes(vector, a, f, count, err);
	case COLUMN_TIME:
		return put_times(vector, a, f, count, err);
	case COLUMN_LIST:
		return put_lists(vector, a, f, count, err);
	default:
		break;
	}
	return a->dictionary ? put_dictionary(vector, a, f, count, err)
			     : put_texts(vector, a, at, count, err);
}

int64_t stream_fill(duckdb_data_chunk out, stream *s, const selection *of, varve_error *err)
{
	const int64_t left = s->batch.length - s->at;
	const idx_t most = duckdb_vector_size(), rows = (uint64_t)left < most ? (idx_t)left : most;
	int rc;

	if (!s->kept) {
		s->kept = calloc(of->of->count + 1, sizeof(*s->kept));
		if (!s->kept) return door_no_memory(err);
		s->kept_count = of->of->count;
	}
	for (size_t i = 0; i < of->of->count; i++) {
		const size_t place = of->of->places[i];
		const filling f = {
			.from = s, .of = of, .column = &of->all->list[place], .kept = &s->kept[i]};

		rc = put_column(duckdb_data_chunk_get_vector(out, of->of->vectors[i]),
				s->batch.children[of->whole ? place : i], &f, rows, err);
		if (rc < 0) return rc;
	}
	s->at += (int64_t)rows;
	return (int64_t)rows;
}
