/*
 * sorter: how sorted runs are laid out in the temporary file, and merged with a heap. A run is what
 * fits into memory; all runs are merged at once, each with a piece of it in memory.
 */
#include "dataset/read/sorter.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/sys.h"
#include "dataset/format/temp_bytes.h"

/* Bytes read ahead of each run while merging: all of them together stay within the memory,
 * except with very many runs. */
#define PIECE_MAX ((size_t)256 << 10)
#define PIECE_MIN ((size_t)16 << 10)

/* A record's key: its first bytes as a number, since most comparisons need no more, and its place. */
typedef struct handle {
	uint64_t head;
	size_t at; /* in records */
} handle;

typedef struct run {
	uint64_t from, at, end; /* where it begins on disk, and the range still to read */
	vv_buf piece;
	size_t pos; /* in piece, after the record */
	const uint8_t *record;
	uint64_t head; /* of the record */
} run;

struct vv_sorter {
	size_t record_len, key_len, memory;
	char *dir;
	vv_buf records;
	handle *handles;
	size_t count, cap;
	uint64_t all;
	temp_bytes disk;
	run *runs;
	size_t run_count, run_cap;
	size_t *heap; /* numbers of runs, smallest first */
	size_t heap_len;
	size_t piece;
	bool lent;    /* the record of the first run of the heap */
	size_t next;  /* in memory only: of handles */
	bool sorted;  /* all records were added, and are in order */
	vv_error why; /* the first error */
};

vv_status vv_sorter_new(vv_sorter **out, size_t record_len, size_t key_len, size_t memory,
			const char *temp_dir, vv_error *err)
{
	vv_auto(vv_sorter) *s = vv_calloc(1, sizeof(*s));
	*out = NULL;
	if (!s) return vv_fail_nomem(err);
	*s = (vv_sorter){.record_len = record_len,
			 .key_len = key_len,
			 .memory = memory < record_len * 1024 ? record_len * 1024 : memory,
			 .dir = temp_dir ? vv_strdup(temp_dir) : NULL};
	temp_bytes_init(&s->disk, s->dir, 0);
	return s->dir || !temp_dir ? vv_hand_over(out, &s) : vv_fail_nomem(err);
}

void vv_sorter_free(vv_sorter *s)
{
	if (!s) return;
	vv_array_each(s->runs, s->run_count, it) {
		vv_buf_clear(&it->piece);
	}
	vv_buf_clear(&s->records);
	temp_bytes_clear(&s->disk);
	vv_free_all(s->runs, s->heap, s->handles, s->dir, s);
}

uint64_t vv_sorter_count(const vv_sorter *s)
{
	return s->all;
}

/* ---- records ---- */

static size_t length_of(const vv_sorter *s, const uint8_t *record)
{
	return s->record_len > 0
		       ? s->record_len
		       : VV_SORTER_HEAD + (size_t)vv_get_le32(record) + vv_get_le32(record + 4);
}

static const uint8_t *key_of(const vv_sorter *s, const uint8_t *record, size_t *len)
{
	*len = s->record_len > 0 ? s->key_len : vv_get_le32(record);
	return s->record_len > 0 ? record : record + VV_SORTER_HEAD;
}

static uint64_t head_of(const vv_sorter *s, const uint8_t *record)
{
	uint8_t head[8] = {0};
	size_t len;
	const uint8_t *key = key_of(s, record, &len);
	memcpy(head, key, len < 8 ? len : 8);
	return vv_get_be64(head);
}

static int compare_records(const vv_sorter *s, const uint8_t *a, const uint8_t *b)
{
	size_t a_len, b_len;
	const uint8_t *x = key_of(s, a, &a_len), *y = key_of(s, b, &b_len);
	int c = memcmp(x, y, a_len < b_len ? a_len : b_len);
	if (c != 0) return c;
	return a_len < b_len ? -1 : a_len > b_len;
}

static const uint8_t *record_of(const vv_sorter *s, const handle *h)
{
	return (const uint8_t *)s->records.data + h->at;
}

static bool is_less(const vv_sorter *s, const handle *a, const handle *b)
{
	if (a->head != b->head) return a->head < b->head;
	return (s->record_len == 0 || s->key_len > 8) &&
	       compare_records(s, record_of(s, a), record_of(s, b)) < 0;
}

/* A merge sort from the bottom up, which is stable. The result is in one of the two. */
static handle *sort_handles(const vv_sorter *s, handle *from, handle *to)
{
	size_t n = s->count;
	for (size_t width = 1; width < n; width *= 2) {
		for (size_t lo = 0; lo < n; lo += 2 * width) {
			size_t mid = lo + width < n ? lo + width : n,
			       hi = lo + 2 * width < n ? lo + 2 * width : n;
			size_t a = lo, b = mid, k = lo;
			while (a < mid && b < hi) {
				to[k++] = is_less(s, &from[b], &from[a]) ? from[b++] : from[a++];
			}
			memcpy(to + k, from + a, (mid - a) * sizeof(*to));
			k += mid - a;
			memcpy(to + k, from + b, (hi - b) * sizeof(*to));
		}
		handle *t = from;
		from = to;
		to = t;
	}
	return from;
}

static vv_status sort_memory(vv_sorter *s, vv_error *err)
{
	size_t i = 1;
	while (i < s->count && !is_less(s, &s->handles[i], &s->handles[i - 1])) {
		i++;
	}
	if (i >= s->count) return VV_OK;
	handle *other = vv_calloc(s->count, sizeof(*other));
	if (!other) return vv_fail_nomem(err);
	if (sort_handles(s, s->handles, other) == other) {
		handle *t = s->handles;
		s->handles = other;
		s->cap = s->count;
		other = t;
	}
	vv_free(other);
	return VV_OK;
}

/* Writes the records in memory as one sorted run. */
static vv_status spill_records(vv_sorter *s, vv_error *err)
{
	uint64_t from = temp_bytes_len(&s->disk);
	vv_status rc = sort_memory(s, err);
	for (size_t i = 0; i < s->count && rc == VV_OK; i++) {
		const uint8_t *record = record_of(s, &s->handles[i]);
		rc = temp_bytes_put(&s->disk, record, length_of(s, record), err);
	}
	if (rc < 0) return rc;
	s->count = 0;
	vv_buf_reset(&s->records);
	return vv_array_add(s->runs, s->run_count, s->run_cap,
			    (run){.from = from, .end = temp_bytes_len(&s->disk)})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status vv_sorter_ok(const vv_sorter *s, vv_error *err)
{
	return s->why.code < 0 ? vv_error_copy(err, &s->why) : VV_OK;
}

void vv_sorter_add(vv_sorter *s, const void *record)
{
	const size_t len = length_of(s, record);
	if (s->why.code < 0 ||
	    (s->count > 0 && s->records.len + len > s->memory && spill_records(s, &s->why) < 0)) {
		return;
	}
	if (!vv_array_add(s->handles, s->count, s->cap,
			  (handle){head_of(s, record), s->records.len})) {
		vv_fail_nomem(&s->why);
	}
	vv_buf_put(&s->records, record, len);
	(void)vv_buf_ok(&s->records, &s->why);
	s->all++;
}

/* ---- merging ---- */

/* Brings the run's next `need` bytes into memory. */
static vv_status fill_run(vv_sorter *s, run *r, size_t need, vv_error *err)
{
	size_t have = r->piece.len - r->pos, want = (need > s->piece ? need : s->piece) - have;
	if (have >= need) return VV_OK;
	want = r->end - r->at < want ? (size_t)(r->end - r->at) : want;
	if (r->pos > 0) {
		memmove(r->piece.data, r->piece.data + r->pos, have);
	}
	r->piece.len = have;
	r->pos = 0;
	if (!vv_buf_reserve(&r->piece, want)) return vv_fail_nomem(err);
	vv_status rc = temp_bytes_get(&s->disk, r->at, r->piece.data + have, want, err);
	if (rc < 0) return rc;
	r->piece.len = have + want;
	r->at += want;
	return r->piece.len >= need ? VV_OK
				    : vv_fail(err, VV_EIO, "a temporary file was truncated");
}

/* Sets the run's record. 1; 0 at its end; <0. */
static int next_record(vv_sorter *s, run *r, vv_error *err)
{
	vv_status rc;
	if (r->pos == r->piece.len && r->at == r->end) return 0;
	if ((rc = fill_run(s, r, s->record_len > 0 ? s->record_len : VV_SORTER_HEAD, err)) < 0 ||
	    (rc = fill_run(s, r, length_of(s, (uint8_t *)r->piece.data + r->pos), err)) < 0) {
		return (int)rc;
	}
	r->record = (const uint8_t *)r->piece.data + r->pos;
	r->head = head_of(s, r->record);
	r->pos += length_of(s, r->record);
	return 1;
}

static bool is_before(const vv_sorter *s, size_t a, size_t b)
{
	const run *x = &s->runs[a], *y = &s->runs[b];
	if (x->head != y->head) return x->head < y->head;
	int c = compare_records(s, x->record, y->record);
	return c != 0 ? c < 0 : a < b; /* earlier runs first: stable */
}

/* Moves the heap's item at `at` down to where it belongs. */
static void sift_down(vv_sorter *s, size_t at)
{
	for (;;) {
		size_t least = at, item = s->heap[at];
		for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
			if (child < s->heap_len && is_before(s, s->heap[child], s->heap[least])) {
				least = child;
			}
		}
		if (least == at) return;
		s->heap[at] = s->heap[least];
		s->heap[least] = item;
		at = least;
	}
}

void vv_sorter_rewind(vv_sorter *s)
{
	s->next = s->heap_len = 0;
	s->lent = false;
	for (size_t i = 0; s->heap && i < s->run_count && s->why.code == VV_OK; i++) {
		run *r = &s->runs[i];
		r->at = r->from;
		r->pos = 0;
		vv_buf_reset(&r->piece);
		(void)next_record(s, r, &s->why);
		s->heap[s->heap_len++] = i;
	}
	for (size_t i = s->heap_len; i-- > 0 && s->why.code == VV_OK;) {
		sift_down(s, i);
	}
}

static vv_status sort_all(vv_sorter *s, vv_error *err)
{
	vv_status rc;
	if (s->run_count == 0) return sort_memory(s, err);
	if (s->count > 0 && (rc = spill_records(s, err)) < 0) return rc;
	vv_buf_clear(&s->records);
	vv_free(s->handles);
	s->handles = NULL;
	s->cap = 0;
	s->heap = vv_calloc(s->run_count, sizeof(*s->heap));
	s->piece = s->memory / s->run_count;
	if (s->piece > PIECE_MAX) {
		s->piece = PIECE_MAX;
	} else if (s->piece < PIECE_MIN) {
		s->piece = PIECE_MIN;
	}
	vv_sorter_rewind(s);
	return vv_alloc_ok(s->heap, err);
}

const uint8_t *vv_sorter_next(vv_sorter *s)
{
	int n = 1;
	if (s->why.code == VV_OK && !s->sorted) {
		s->sorted = sort_all(s, &s->why) == VV_OK;
	}
	if (s->why.code < 0) return NULL;
	if (s->run_count == 0) {
		return s->next < s->count ? record_of(s, &s->handles[s->next++]) : NULL;
	}
	if (s->lent) { /* the record lent before is used up now */
		n = next_record(s, &s->runs[s->heap[0]], &s->why);
		s->heap[0] = n != 0 ? s->heap[0] : s->heap[--s->heap_len];
	}
	s->lent = n >= 0 && s->heap_len > 0;
	if (!s->lent) return NULL;
	sift_down(s, 0);
	return s->runs[s->heap[0]].record;
}
