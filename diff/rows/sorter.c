/*
 * sorter: how runs are laid out in the temporary file; merges them with a heap.
 */
#include "diff/rows/sorter.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/sys.h"

/* Bytes read ahead of each run while merging: all of them together stay within the memory,
 * except with very many runs. */
#define RUN_BUF_MAX (256u << 10)
#define RUN_BUF_MIN (16u << 10)

typedef struct run {
	uint64_t from;    /* where it begins on disk */
	uint64_t at, end; /* the range still to read */
	uint8_t *buf;
	size_t pos, len;
} run;

struct vv_sorter {
	size_t record_len, key_len, memory;
	char *dir;
	uint8_t *records;
	size_t len, cap; /* bytes */
	uint64_t count;
	int fd; /* -1: nothing on disk */
	uint64_t file_len;
	run *runs;
	size_t run_count;
	size_t run_buf;
	size_t *heap; /* numbers of runs, smallest first */
	size_t heap_len;
	size_t taken; /* run whose head was lent last, + 1 */
	size_t pos;   /* in memory only: bytes lent */
};

vv_status vv_sorter_new(vv_sorter **out, size_t record_len, size_t key_len, size_t memory,
			const char *temp_dir, vv_error *err)
{
	vv_auto(vv_sorter) *s = vv_calloc(1, sizeof(*s));
	*out = NULL;
	if (!s) return vv_fail_nomem(err);
	*s = (vv_sorter){.record_len = record_len,
			 .key_len = key_len,
			 .memory = memory < record_len * 1024 ? record_len * 1024
							      : memory / record_len * record_len,
			 .dir = vv_strdup(temp_dir ? temp_dir : "/tmp"),
			 .fd = -1};
	return s->dir ? vv_hand_over(out, &s) : vv_fail_nomem(err);
}

void vv_sorter_free(vv_sorter *s)
{
	if (!s) return;
	for (size_t i = 0; i < s->run_count; i++) {
		vv_free(s->runs[i].buf);
	}
	vv_free_all(s->runs, s->heap, s->records, s->dir);
	if (s->fd >= 0) {
		vv_close(s->fd, NULL, NULL);
	}
	vv_free(s);
}

/* A record while it is sorted: the first bytes of its key as a number, and its place. */
typedef struct handle {
	uint64_t head;
	size_t at;
} handle;

static uint64_t head_of(const vv_sorter *s, const uint8_t *record)
{
	uint8_t head[8] = {0};
	memcpy(head, record, s->key_len < 8 ? s->key_len : 8);
	return vv_get_be64(head);
}

static bool handle_less(const vv_sorter *s, const handle *a, const handle *b)
{
	if (a->head != b->head) return a->head < b->head;
	return s->key_len > 8 &&
	       memcmp(s->records + a->at + 8, s->records + b->at + 8, s->key_len - 8) < 0;
}

/* A merge sort from the bottom up, which is stable. The result is in one of the two. */
static handle *sort_handles(const vv_sorter *s, handle *from, handle *to, size_t n)
{
	for (size_t width = 1; width < n; width *= 2) {
		for (size_t lo = 0; lo < n; lo += 2 * width) {
			size_t mid = lo + width < n ? lo + width : n,
			       hi = lo + 2 * width < n ? lo + 2 * width : n;
			size_t a = lo, b = mid, k = lo;
			while (a < mid && b < hi) {
				to[k++] = handle_less(s, &from[b], &from[a]) ? from[b++]
									     : from[a++];
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

static bool is_sorted(const vv_sorter *s)
{
	for (size_t at = s->record_len; at < s->len; at += s->record_len) {
		if (memcmp(s->records + at - s->record_len, s->records + at, s->key_len) > 0) {
			return false;
		}
	}
	return true;
}

/* Sorts the records in memory: handles of them first, then each record is moved once. */
static vv_status sort_memory(vv_sorter *s, vv_error *err)
{
	size_t n = s->len / s->record_len;
	if (is_sorted(s)) return VV_OK;
	vv_auto_free handle *x = vv_calloc(n, sizeof(*x)), *y = vv_calloc(n, sizeof(*y));
	vv_auto_free uint8_t *other = vv_malloc(s->cap);
	if (!x || !y || !other) return vv_fail_nomem(err);
	for (size_t i = 0; i < n; i++) {
		x[i] = (handle){head_of(s, s->records + i * s->record_len), i * s->record_len};
	}
	const handle *sorted = sort_handles(s, x, y, n);
	for (size_t i = 0; i < n; i++) {
		memcpy(other + i * s->record_len, s->records + sorted[i].at, s->record_len);
	}
	vv_free(s->records);
	s->records = vv_take(&other);
	return VV_OK;
}

/* Writes the items in memory as one sorted run. */
static vv_status spill(vv_sorter *s, vv_error *err)
{
	vv_status rc = sort_memory(s, err);
	if (rc < 0) return rc;
	if (s->fd < 0) {
		vv_auto(char) *path = NULL;
		int fd = vv_temp_open(&path, s->dir, "sort-", err);
		if (fd < 0) return (vv_status)fd;
		s->fd = fd;
		if ((rc = vv_unlink(path, true, err)) < 0) return rc;
	}
	run *p = vv_realloc_array(s->runs, s->run_count + 1, sizeof(*p));
	if (!p) return vv_fail_nomem(err);
	s->runs = p;
	if ((rc = vv_write_full(s->fd, s->records, s->len, "temporary file", err)) < 0) return rc;
	p[s->run_count++] = (run){
		.from = s->file_len, .at = s->file_len, .end = s->file_len + s->len};
	s->file_len += s->len;
	s->len = 0;
	return VV_OK;
}

vv_status vv_sorter_add(vv_sorter *s, const void *record, vv_error *err)
{
	if (s->len + s->record_len > s->cap) {
		if (s->len >= s->memory) {
			vv_status rc = spill(s, err);
			if (rc < 0) return rc;
		}
		size_t cap = s->cap ? s->cap * 2 : s->record_len * 256;
		cap = cap > s->memory ? s->memory : cap;
		if (cap > s->cap || s->len + s->record_len > s->cap) {
			uint8_t *p = vv_realloc(s->records, cap);
			if (!p) return vv_fail_nomem(err);
			s->records = p;
			s->cap = cap;
		}
	}
	memcpy(s->records + s->len, record, s->record_len);
	s->len += s->record_len;
	s->count++;
	return VV_OK;
}

uint64_t vv_sorter_count(const vv_sorter *s)
{
	return s->count;
}

/* Makes the run's next record visible; false at its end. */
static int run_fill(vv_sorter *s, run *r, vv_error *err)
{
	if (r->pos < r->len) return 1;
	uint64_t left = r->end - r->at;
	size_t want = s->run_buf;
	want = left < want ? (size_t)left : want;
	if (want == 0) return 0;
	ssize_t n = vv_pread_full(s->fd, r->buf, want, r->at, "temporary file", err);
	if (n < 0) return (int)n;
	if ((size_t)n != want) return vv_fail(err, VV_EIO, "a temporary file was truncated");
	r->at += want;
	r->pos = 0;
	r->len = want;
	return 1;
}

static bool run_less(const vv_sorter *s, size_t a, size_t b)
{
	const run *x = &s->runs[a], *y = &s->runs[b];
	int c = memcmp(x->buf + x->pos, y->buf + y->pos, s->key_len);
	return c != 0 ? c < 0 : a < b; /* earlier runs first: stable */
}

static void sift_down(vv_sorter *s, size_t i)
{
	for (;;) {
		size_t least = i, l = 2 * i + 1, r = 2 * i + 2;
		if (l < s->heap_len && run_less(s, s->heap[l], s->heap[least])) {
			least = l;
		}
		if (r < s->heap_len && run_less(s, s->heap[r], s->heap[least])) {
			least = r;
		}
		if (least == i) return;
		size_t t = s->heap[i];
		s->heap[i] = s->heap[least];
		s->heap[least] = t;
		i = least;
	}
}

vv_status vv_sorter_rewind(vv_sorter *s, vv_error *err)
{
	s->pos = s->taken = s->heap_len = 0;
	for (size_t i = 0; i < s->run_count; i++) {
		run *r = &s->runs[i];
		r->at = r->from;
		r->pos = r->len = 0;
		int n = run_fill(s, r, err);
		if (n < 0) return (vv_status)n;
		s->heap[s->heap_len++] = i;
	}
	for (size_t i = s->heap_len; i-- > 0;) {
		sift_down(s, i);
	}
	return VV_OK;
}

vv_status vv_sorter_finish(vv_sorter *s, vv_error *err)
{
	vv_status rc;
	if (s->run_count == 0) return sort_memory(s, err);
	if (s->len > 0 && (rc = spill(s, err)) < 0) return rc;
	vv_free(s->records);
	s->records = NULL;
	s->cap = 0;
	s->heap = vv_calloc(s->run_count, sizeof(*s->heap));
	if (!s->heap) return vv_fail_nomem(err);
	s->run_buf = s->memory / s->run_count;
	s->run_buf = s->run_buf > RUN_BUF_MAX   ? RUN_BUF_MAX
		     : s->run_buf < RUN_BUF_MIN ? RUN_BUF_MIN
						: s->run_buf;
	s->run_buf = s->run_buf < s->record_len ? s->record_len
						: s->run_buf / s->record_len * s->record_len;
	for (size_t i = 0; i < s->run_count; i++) {
		s->runs[i].buf = vv_malloc(s->run_buf);
		if (!s->runs[i].buf) return vv_fail_nomem(err);
	}
	return vv_sorter_rewind(s, err);
}

int vv_sorter_next(vv_sorter *s, const void **record, vv_error *err)
{
	if (s->run_count == 0) {
		if (s->pos >= s->len) return 0;
		*record = s->records + s->pos;
		s->pos += s->record_len;
		return 1;
	}
	if (s->taken > 0) { /* the record lent before is used up now */
		run *r = &s->runs[s->heap[0]];
		s->taken = 0;
		r->pos += s->record_len;
		int n = run_fill(s, r, err);
		if (n < 0) return n;
		if (n == 0) {
			s->heap[0] = s->heap[--s->heap_len];
		}
		if (s->heap_len > 0) {
			sift_down(s, 0);
		}
	}
	if (s->heap_len == 0) return 0;
	run *r = &s->runs[s->heap[0]];
	*record = r->buf + r->pos;
	s->taken = 1;
	return 1;
}
