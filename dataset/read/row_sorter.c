/*
 * row_sorter: the keys of rows, and what a record of the sorter contains of a line.
 */
#include "dataset/read/row_sorter.h"

#include <assert.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/read/sorter.h"

/* ---- keys ---- */

enum { KEY_MISSING = 0x01, KEY_ZERO = 0x20, KEY_TEXT = 0x40 };
#define DIGITS_MAX 18u

/* Is it an optional '-' and 1 to 18 digits? */
static bool read_integer(int64_t *out, const char *s, size_t len)
{
	bool minus = len > 0 && s[0] == '-';
	size_t digits = len - minus;
	int64_t v = 0;

	if (digits == 0 || digits > DIGITS_MAX) return false;
	for (size_t i = minus; i < len; i++) {
		if (s[i] < '0' || s[i] > '9') return false;
		v = v * 10 + (s[i] - '0');
	}
	*out = minus ? -v : v;
	return true;
}

/* How many bytes it has, and these, the highest first: short numbers take a short key. */
static void put_integer(vv_buf *out, int64_t v)
{
	uint64_t size = v < 0 ? (uint64_t)-v : (uint64_t)v;
	unsigned bytes = 0;

	while (bytes < 8 && size >> (8 * bytes) != 0) {
		bytes++;
	}
	vv_buf_putc(out, v < 0 ? KEY_ZERO - (int)bytes : KEY_ZERO + (int)bytes);
	while (bytes-- > 0) {
		int byte = (int)(size >> (8 * bytes) & 0xff);

		vv_buf_putc(out, v < 0 ? 0xff - byte : byte);
	}
}

/* A text's end is less than any byte. */
static void put_text(vv_buf *out, const char *s, size_t len)
{
	vv_buf_putc(out, KEY_TEXT);
	while (len > 0) {
		const char *nul = memchr(s, '\0', len);
		size_t n = nul ? (size_t)(nul - s) : len;

		vv_buf_put(out, s, n);
		s += n;
		len -= n;
		if (nul) {
			vv_buf_put(out, "\0\xff", 2);
			s++;
			len--;
		}
	}
	vv_buf_put(out, "\0\0", 2);
}

void row_sort_key(vv_buf *out, const vv_cell *cells, const size_t *columns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const vv_cell *c = &cells[columns[i]];
		int64_t v;

		if (c->len == 0) {
			vv_buf_putc(out, KEY_MISSING);
		} else if (read_integer(&v, c->text, c->len)) {
			put_integer(out, v);
		} else {
			put_text(out, c->text, c->len);
		}
	}
}

/* ---- lines ---- */

#define MEMORY ((size_t)32 << 20)
#define PLACE 8u /* bytes of a line's number, between the key and the line */

struct row_sorter {
	vv_sorter *lines;
	vv_buf record;
	bool failed; /* memory for a record ran out */
};

vv_status row_sorter_new(row_sorter **out, const char *temp_dir, size_t memory, vv_error *err)
{
	row_sorter *s = vv_calloc(1, sizeof(*s));

	*out = s;
	if (s) {
		return vv_sorter_new(&s->lines, 0, 0, memory > 0 ? memory : MEMORY, temp_dir, err);
	}
	return vv_fail_nomem(err);
}

void row_sorter_free(row_sorter *s)
{
	if (s) {
		vv_sorter_free(s->lines);
		vv_buf_clear(&s->record);
		vv_free(s);
	}
}

uint64_t row_sorter_count(const row_sorter *s)
{
	return vv_sorter_count(s->lines);
}

void row_sorter_add(row_sorter *s, const void *key, size_t key_len, const void *line,
		    size_t line_len)
{
	uint8_t head[VV_SORTER_HEAD], place[PLACE];

	assert(key_len <= UINT32_MAX && line_len <= UINT32_MAX - PLACE);
	vv_put_le32(head, (uint32_t)key_len);
	vv_put_le32(head + 4, (uint32_t)line_len + PLACE);
	vv_put_le64(place, row_sorter_count(s));
	vv_buf_set(&s->record, head, sizeof(head));
	vv_buf_put(&s->record, key, key_len);
	vv_buf_put(&s->record, place, sizeof(place));
	vv_buf_put(&s->record, line, line_len);
	s->failed |= s->record.failed;
	if (!s->failed) {
		vv_sorter_add(s->lines, s->record.data);
	}
}

vv_status row_sorter_ok(const row_sorter *s, vv_error *err)
{
	return s->failed ? vv_fail_nomem(err) : vv_sorter_ok(s->lines, err);
}

bool row_sorter_next(row_sorter *s, sorted_line *out)
{
	const uint8_t *record = s->failed ? NULL : vv_sorter_next(s->lines);

	if (record) {
		const uint8_t *place = record + VV_SORTER_HEAD + vv_get_le32(record);

		*out = (sorted_line){.bytes = (const char *)place + PLACE,
				     .len = vv_get_le32(record + 4) - PLACE,
				     .place = vv_get_le64(place)};
	}
	return record != NULL;
}
