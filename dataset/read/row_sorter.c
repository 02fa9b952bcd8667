/*
 * row_sorter: how sorted runs are laid down and merged. A run is what fits into memory; all
 * runs are merged at once, each with a piece of it in memory. Where there would be too many for that, those that exist
 * are first merged into one.
 */
#include "dataset/read/row_sorter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "dataset/read/temp_bytes.h"

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

/* ---- runs ---- */

#define MEMORY ((size_t)32 << 20)
#define RUNS_MAX 512u /* so that of 32 MiB each has a piece of 64 KiB */

/* key_len and line_len (32 bits), place (64), key, line. */
#define HEAD 16u

/* A record in memory; prefix: the first bytes of its key, most comparisons need no more. */
typedef struct entry {
	uint64_t prefix;
	union {
		size_t at;
		const uint8_t *record;
	} is;
} entry;

/* A run that is being merged. */
typedef struct merge_run {
	uint64_t at, end; /* the range not yet in memory */
	vv_buf piece;
	size_t pos;
	uint64_t prefix;
	const uint8_t *record;
} merge_run;

struct row_sorter {
	size_t memory;
	vv_buf records;
	entry *entries;
	size_t count, cap;
	uint64_t rows;
	temp_bytes disk;
	uint64_t *run_ends;
	size_t run_count, run_cap;
	/* once finished */
	size_t next; /* of entries, when nothing is on disk */
	merge_run *runs;
	size_t *heap; /* of runs, the least first */
	size_t heap_count;
	size_t piece;
	bool taken; /* the first of the heap was given */
};

static uint32_t key_len_of(const uint8_t *record)
{
	return vv_get_le32(record);
}

static size_t record_len(const uint8_t *record)
{
	return HEAD + (size_t)key_len_of(record) + vv_get_le32(record + 4);
}

static uint64_t prefix_of(const uint8_t *key, size_t len)
{
	uint64_t prefix = 0;

	for (size_t i = 0; i < 8; i++) {
		prefix = prefix << 8 | (i < len ? key[i] : 0);
	}
	return prefix;
}

static int compare(uint64_t a_prefix, const uint8_t *a, uint64_t b_prefix, const uint8_t *b)
{
	if (a_prefix != b_prefix) return a_prefix < b_prefix ? -1 : 1;
	uint32_t a_len = key_len_of(a);
	uint32_t b_len = key_len_of(b);
	int c = memcmp(a + HEAD, b + HEAD, a_len < b_len ? a_len : b_len);
	if (c != 0 || a_len != b_len) return c != 0 ? c : a_len < b_len ? -1 : 1;
	uint64_t a_place = vv_get_le64(a + 8);
	uint64_t b_place = vv_get_le64(b + 8);
	return a_place < b_place ? -1 : a_place > b_place;
}

static int compare_entries(const void *a, const void *b)
{
	const entry *x = a, *y = b;

	return compare(x->prefix, x->is.record, y->prefix, y->is.record);
}

vv_status row_sorter_new(row_sorter **out, const char *temp_dir, size_t memory, vv_error *err)
{
	row_sorter *s = vv_calloc(1, sizeof(*s));

	*out = s;
	if (!s) return vv_fail_nomem(err);
	s->memory = memory > 0 ? memory : MEMORY;
	temp_bytes_init(&s->disk, temp_dir, 0);
	return VV_OK;
}

static void clear_merge(row_sorter *s)
{
	for (size_t i = 0; s->runs && i < s->run_count; i++) {
		vv_buf_clear(&s->runs[i].piece);
	}
	vv_free_all(s->runs, s->heap);
	s->runs = NULL;
	s->heap = NULL;
	s->heap_count = 0;
	s->taken = false;
}

void row_sorter_free(row_sorter *s)
{
	if (!s) return;
	clear_merge(s);
	vv_free_all(s->run_ends, s->entries);
	vv_buf_clear(&s->records);
	temp_bytes_clear(&s->disk);
	vv_free(s);
}

uint64_t row_sorter_count(const row_sorter *s)
{
	return s->rows;
}

static void sort_entries(row_sorter *s)
{
	for (size_t i = 0; i < s->count; i++) {
		s->entries[i].is.record = (const uint8_t *)s->records.data + s->entries[i].is.at;
	}
	if (s->count > 1) {
		qsort(s->entries, s->count, sizeof(*s->entries), compare_entries);
	}
}

/* ---- merging ---- */

/* So that the run's next `need` bytes are in memory. */
static vv_status fill(row_sorter *s, merge_run *r, size_t need, vv_error *err)
{
	size_t have = r->piece.len - r->pos;
	vv_status rc;

	if (have >= need) return VV_OK;
	if (r->pos > 0) {
		memmove(r->piece.data, r->piece.data + r->pos, have);
	}
	r->piece.len = have;
	r->pos = 0;
	size_t want = need > s->piece ? need - have : s->piece - have;
	want = r->end - r->at < want ? (size_t)(r->end - r->at) : want;
	if (!vv_buf_reserve(&r->piece, want)) return vv_fail_nomem(err);
	if ((rc = temp_bytes_get(&s->disk, r->at, r->piece.data + have, want, err)) < 0) return rc;
	r->piece.len += want;
	r->at += want;
	return r->piece.len >= need
		       ? VV_OK
		       : vv_fail(err, VV_EIO, "a temporary file of sorted rows was truncated");
}

/* Sets the run's record; *more false: there is none. */
static vv_status next_record(row_sorter *s, merge_run *r, bool *more, vv_error *err)
{
	vv_status rc;

	*more = r->pos < r->piece.len || r->at < r->end;
	if (!*more) return VV_OK;
	if ((rc = fill(s, r, HEAD, err)) < 0) return rc;
	const uint8_t *head = (const uint8_t *)r->piece.data + r->pos;
	if ((rc = fill(s, r, record_len(head), err)) < 0) return rc;
	r->record = (const uint8_t *)r->piece.data + r->pos;
	r->pos += record_len(r->record);
	r->prefix = prefix_of(r->record + HEAD, key_len_of(r->record));
	return VV_OK;
}

static bool is_before(const row_sorter *s, size_t a, size_t b)
{
	const merge_run *x = &s->runs[a], *y = &s->runs[b];

	return compare(x->prefix, x->record, y->prefix, y->record) < 0;
}

/* Moves the heap's item at `at` down to where it belongs. */
static void sink(row_sorter *s, size_t at)
{
	for (;;) {
		size_t least = at;

		for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
			if (child < s->heap_count && is_before(s, s->heap[child], s->heap[least])) {
				least = child;
			}
		}
		if (least == at) return;
		size_t run = s->heap[at];

		s->heap[at] = s->heap[least];
		s->heap[least] = run;
		at = least;
	}
}

/* So that the first of the heap has the least record. */
static vv_status begin_merge(row_sorter *s, vv_error *err)
{
	vv_status rc;

	s->runs = vv_calloc(s->run_count, sizeof(*s->runs));
	s->heap = vv_calloc(s->run_count, sizeof(*s->heap));
	if (!s->runs || !s->heap) return vv_fail_nomem(err);
	s->piece = s->memory / RUNS_MAX;
	if (s->run_count < RUNS_MAX) {
		s->piece = s->memory / s->run_count;
	}
	for (size_t i = 0; i < s->run_count; i++) {
		bool more;

		s->runs[i].at = i > 0 ? s->run_ends[i - 1] : 0;
		s->runs[i].end = s->run_ends[i];
		if ((rc = next_record(s, &s->runs[i], &more, err)) < 0) return rc;
		if (more) {
			s->heap[s->heap_count++] = i;
		}
	}
	for (size_t i = s->heap_count / 2; i-- > 0;) {
		sink(s, i);
	}
	return VV_OK;
}

/* Replaces the least record of all runs, already taken, by the next one. */
static vv_status advance(row_sorter *s, vv_error *err)
{
	bool more;
	vv_status rc;

	if ((rc = next_record(s, &s->runs[s->heap[0]], &more, err)) < 0) return rc;
	if (!more) {
		vv_buf_clear(&s->runs[s->heap[0]].piece);
		s->heap[0] = s->heap[--s->heap_count];
	}
	sink(s, 0);
	return VV_OK;
}

/* All runs become one. */
static vv_status merge_runs(row_sorter *s, vv_error *err)
{
	temp_bytes merged;

	temp_bytes_init(&merged, s->disk.dir, 0);
	vv_status rc = begin_merge(s, err);
	while (rc == VV_OK && s->heap_count > 0) {
		const uint8_t *record = s->runs[s->heap[0]].record;

		if ((rc = temp_bytes_put(&merged, record, record_len(record), err)) == VV_OK) {
			rc = advance(s, err);
		}
	}
	clear_merge(s);
	if (rc < 0) {
		temp_bytes_clear(&merged);
		return rc;
	}
	temp_bytes_clear(&s->disk);
	s->disk = merged;
	s->run_ends[0] = temp_bytes_len(&s->disk);
	s->run_count = 1;
	return VV_OK;
}

/* ---- rows come ---- */

static vv_status lay_down_run(row_sorter *s, vv_error *err)
{
	vv_status rc;

	sort_entries(s);
	for (size_t i = 0; i < s->count; i++) {
		const uint8_t *record = s->entries[i].is.record;

		if ((rc = temp_bytes_put(&s->disk, record, record_len(record), err)) < 0) return rc;
	}
	if (!vv_array_add(s->run_ends, s->run_count, s->run_cap, temp_bytes_len(&s->disk))) {
		return vv_fail_nomem(err);
	}
	s->count = 0;
	if (s->run_count < RUNS_MAX) {
		vv_buf_reset(&s->records);
		return VV_OK;
	}
	vv_buf_clear(&s->records); /* merging takes as much */
	return merge_runs(s, err);
}

vv_status row_sorter_add(row_sorter *s, const void *key, size_t key_len, const void *line,
			 size_t line_len, vv_error *err)
{
	uint8_t head[HEAD];
	vv_status rc;

	assert(key_len <= UINT32_MAX && line_len <= UINT32_MAX);
	if (s->count > 0 &&
	    s->records.len + key_len + line_len + s->count * sizeof(entry) > s->memory &&
	    (rc = lay_down_run(s, err)) < 0) {
		return rc;
	}
	if (!vv_array_add(s->entries, s->count, s->cap,
			  (entry){.prefix = prefix_of(key, key_len), .is.at = s->records.len})) {
		return vv_fail_nomem(err);
	}
	vv_put_le32(head, (uint32_t)key_len);
	vv_put_le32(head + 4, (uint32_t)line_len);
	vv_put_le64(head + 8, s->rows++);
	vv_buf_put(&s->records, head, sizeof(head));
	vv_buf_put(&s->records, key, key_len);
	vv_buf_put(&s->records, line, line_len);
	return vv_buf_ok(&s->records, err);
}

/* ---- rows go ---- */

vv_status row_sorter_finish(row_sorter *s, vv_error *err)
{
	vv_status rc;

	if (s->run_count == 0) {
		sort_entries(s);
		return VV_OK;
	}
	if (s->count > 0 && (rc = lay_down_run(s, err)) < 0) return rc;
	vv_buf_clear(&s->records);
	vv_free(s->entries);
	s->entries = NULL;
	s->cap = 0;
	return begin_merge(s, err);
}

static void give(sorted_line *out, const uint8_t *record)
{
	*out = (sorted_line){.bytes = (const char *)record + HEAD + key_len_of(record),
			     .len = vv_get_le32(record + 4),
			     .place = vv_get_le64(record + 8)};
}

int row_sorter_next(row_sorter *s, sorted_line *out, vv_error *err)
{
	vv_status rc;

	if (s->run_count == 0) {
		if (s->next == s->count) return 0;
		give(out, s->entries[s->next++].is.record);
		return 1;
	}
	if (s->taken) {
		if ((rc = advance(s, err)) < 0) return rc;
		s->taken = false;
	}
	if (s->heap_count == 0) return 0;
	give(out, s->runs[s->heap[0]].record);
	s->taken = true;
	return 1;
}
