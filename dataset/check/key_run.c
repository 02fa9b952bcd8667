/*
 * key_run: knows how a run lies in its file: "VVKEYS" 01 0A, le64 seed, le64 groups, their names
 * (32 bytes each), the entries, the repeats, le64 entries, le64 repeats, le64 of the XXH3-128 of all
 * before.
 *
 * Hashes are spread evenly, so that a place is guessed from the hash alone, and the rest is a
 * search among neighbours.
 */
#include "dataset/check/key_run.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "base/file.h"
#include "base/sys.h"

static const char magic[8] = {'V', 'V', 'K', 'E', 'Y', 'S', 1, '\n'};
#define HEAD_LEN 24u
#define TAIL_LEN 24u
#define NAME_LEN 32u
#define NEAR 4096u /* entries: how far a guess is usually off */
#define PIECE ((size_t)1 << 20)

/* ---- reading ---- */

static uint64_t digest(const uint8_t *p, size_t len)
{
	return vv_xxh3_128(p, len, 0).lo;
}

static vv_status take(check_key_run *k, vv_error *err)
{
	const uint8_t *p = k->map, *tail = p + k->map_len - TAIL_LEN;
	uint64_t groups, entries, repeats, left = k->map_len - HEAD_LEN - TAIL_LEN;

	if (memcmp(p, magic, sizeof(magic)) != 0 ||
	    digest(p, k->map_len - 8) != vv_get_le64(tail + 16)) {
		return VV_OK;
	}
	groups = vv_get_le64(p + 16);
	entries = vv_get_le64(tail);
	repeats = vv_get_le64(tail + 8);
	if (groups > CHECK_GROUP_MASK || groups > left / NAME_LEN) {
		return VV_OK;
	}
	left -= groups * NAME_LEN;
	if (entries > left / 8 || repeats > left / 8 || (entries + repeats) * 8 != left) {
		return VV_OK;
	}
	vv_status rc = check_group_names_open(&k->groups, p + HEAD_LEN, NAME_LEN, (size_t)groups,
					      err);
	if (rc == VV_OK) {
		k->seed = vv_get_le64(p + 8);
		k->entries = p + HEAD_LEN + groups * NAME_LEN;
		k->entry_count = (size_t)entries;
		k->repeats = k->entries + entries * 8;
		k->repeat_count = (size_t)repeats;
	}
	return rc;
}

vv_status check_key_run_open(check_key_run *out, const char *file, vv_error *err)
{
	vv_error ignored;
	vv_stat st;
	int fd;

	memset(out, 0, sizeof(*out));
	fd = file ? vv_open(file, O_RDONLY, 0, &ignored) : -1;
	if (fd < 0) {
		return VV_OK;
	}
	if (vv_fstat(&st, fd, file, &ignored) == VV_OK && st.size >= HEAD_LEN + TAIL_LEN &&
	    st.size < SIZE_MAX) {
		out->map = mmap(NULL, (size_t)st.size, PROT_READ, MAP_PRIVATE, fd, 0);
		out->map = out->map == MAP_FAILED ? NULL : out->map;
		out->map_len = (size_t)st.size;
	}
	vv_close(fd, file, NULL);
	return out->map ? take(out, err) : VV_OK;
}

void check_key_run_close(check_key_run *k)
{
	check_group_names_close(&k->groups);
	if (k->map) {
		(void)munmap(k->map, k->map_len);
	}
	memset(k, 0, sizeof(*k));
}

uint64_t check_key_run_entry(const check_key_run *k, size_t i)
{
	return vv_get_le64(k->entries + 8 * i);
}

static uint64_t hash_at(const check_key_run *k, size_t i)
{
	return check_key_run_entry(k, i) >> CHECK_GROUP_BITS;
}

size_t check_key_run_find(const check_key_run *k, uint64_t hash)
{
	size_t low = 0, high = k->entry_count;
	size_t guess = (size_t)((double)hash / (double)(UINT64_MAX >> CHECK_GROUP_BITS) *
				(double)k->entry_count);
	size_t from = guess > NEAR ? guess - NEAR : 0;
	size_t to = guess < k->entry_count && k->entry_count - guess > NEAR ? guess + NEAR
									    : k->entry_count;

	/* The guess only says where to look first. */
	if (from < to && hash_at(k, from) < hash) {
		low = from;
	} else if (from < to) {
		high = from;
	}
	if (to < high && to > low && hash_at(k, to) >= hash) {
		high = to;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (hash_at(k, middle) < hash) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* ---- writing ---- */

struct check_key_writer {
	int fd;
	char *file, *temp;
	vv_xxh3_state *hash;
	vv_buf buf;
	uint64_t count;
	bool failed;
};

static void flush(check_key_writer *w)
{
	vv_error ignored;

	if (w->buf.failed) {
		w->failed = true;
	}
	if (!w->failed && w->buf.len > 0) {
		vv_xxh3_update(w->hash, w->buf.data, w->buf.len);
		w->failed = vv_write_full(w->fd, w->buf.data, w->buf.len, w->temp, &ignored) < 0;
	}
	vv_buf_reset(&w->buf);
}

static void put_u64(check_key_writer *w, uint64_t value)
{
	uint8_t le[8];

	vv_put_le64(le, value);
	vv_buf_put(&w->buf, le, sizeof(le));
	if (w->buf.len >= PIECE) {
		flush(w);
	}
}

/* The folder that a path is in; owned. */
static char *folder_of(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? vv_strndup(file, (size_t)(slash - file)) : vv_strdup(".");
}

vv_status check_key_writer_begin(check_key_writer **out, const char *file, uint64_t seed,
				 const uint8_t *const *names, size_t count, vv_error *err)
{
	check_key_writer *w = vv_calloc(1, sizeof(*w));
	char *dir = folder_of(file);
	vv_error ignored;

	*out = NULL;
	if (w) {
		w->fd = -1;
		w->file = vv_strdup(file);
		w->hash = vv_xxh3_new(0);
	}
	if (!w || !dir || !w->file || !w->hash) {
		check_key_writer_free(w);
		vv_free(dir);
		return vv_fail_nomem(err);
	}
	if (vv_mkdirs(dir, &ignored) == VV_OK) {
		w->fd = vv_temp_open(&w->temp, dir, "new-", &ignored);
	}
	vv_free(dir);
	w->failed = w->fd < 0;
	vv_buf_put(&w->buf, magic, sizeof(magic));
	put_u64(w, seed);
	put_u64(w, count);
	for (size_t i = 0; i < count; i++) {
		vv_buf_put(&w->buf, names[i], NAME_LEN);
	}
	flush(w);
	*out = w;
	return VV_OK;
}

void check_key_writer_put(check_key_writer *w, uint64_t entry)
{
	w->count++;
	put_u64(w, entry);
}

void check_key_writer_end(check_key_writer *w, const uint64_t *repeats, size_t count)
{
	vv_error ignored;
	uint8_t le[8];

	for (size_t i = 0; i < count; i++) {
		put_u64(w, repeats[i]);
	}
	put_u64(w, w->count);
	put_u64(w, count);
	flush(w);
	if (!w->failed) {
		vv_put_le64(le, vv_xxh3_digest128(w->hash).lo);
		w->failed = vv_write_full(w->fd, le, sizeof(le), w->temp, &ignored) < 0;
	}
	if (w->fd >= 0 && vv_close(w->fd, w->temp, &ignored) < 0) {
		w->failed = true;
	}
	w->fd = -1;
	if (!w->failed && vv_rename(w->temp, w->file, &ignored) == VV_OK) {
		vv_free(w->temp);
		w->temp = NULL;
	}
}

void check_key_writer_free(check_key_writer *w)
{
	if (w) {
		if (w->fd >= 0) {
			vv_close(w->fd, w->temp, NULL);
		}
		if (w->temp) {
			vv_unlink(w->temp, true, NULL);
		}
		vv_xxh3_free(w->hash);
		vv_buf_clear(&w->buf);
		vv_free(w->temp);
		vv_free(w->file);
		vv_free(w);
	}
}
