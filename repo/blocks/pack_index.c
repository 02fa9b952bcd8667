/*
 * pack_index: the index file's layout, and searching it.
 *
 * Files up to WHOLE_MAX are read at once. For larger ones a reader keeps the fan-out and reads a
 * page or two for each search: not mapped, so that a file truncated by another process is an error
 * and not a signal.
 */
#include "repo/blocks/pack_index.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"

#define HEADER_LEN 36u
#define FAN_COUNT 257u
#define FAN_LEN (FAN_COUNT * 4u)
#define FAN_FLAG 0x100u
#define FAN_FROM 4096u /* entries */
#define SUM_LEN 8u
#define PREFIX_LEN 8u
#define WHOLE_MAX (1u << 20)
#define PAGE_ENTRIES 512u
#define GUESSES 4u /* by interpolation; then by halving */

static const uint8_t magic[8] = {'V', 'V', 'I', 'N', 'D', 'X', 0x01, 0x0a};

static_assert(HEADER_LEN == sizeof magic + VV_PACK_HASH_LEN + 8 + 4, "hash, count, width");

struct vv_pack_index {
	vv_buf bytes; /* the whole file, or only header and fan-out */
	int fd;       /* -1 when whole */
	char *path;   /* NULL when made from bytes */
	uint64_t count, file_len;
	unsigned width;
	bool fan;
	uint64_t prefixes_at, offsets_at;
};

/* ---- writing ---- */

static int compare_entries(const void *pa, const void *pb)
{
	const vv_pack_index_entry *a = pa, *b = pb;

	if (a->prefix != b->prefix) return a->prefix < b->prefix ? -1 : 1;
	return (a->offset > b->offset) - (a->offset < b->offset);
}

static void put_fan(vv_buf *out, const vv_pack_index_entry *entries, size_t count)
{
	uint8_t word[4];
	size_t at = 0;

	for (unsigned i = 0; i < FAN_COUNT; i++) {
		while (at < count && entries[at].prefix >> 56 < i) {
			at++;
		}
		vv_put_le32(word, (uint32_t)at);
		vv_buf_put(out, word, sizeof word);
	}
}

static void put_entries(vv_buf *out, const vv_pack_index_entry *entries, size_t count,
			unsigned width)
{
	uint8_t word[8];

	vv_array_each(entries, count, entry) {
		vv_put_be64(word, entry->prefix);
		vv_buf_put(out, word, PREFIX_LEN);
	}
	for (size_t i = 0; i < count; i++) {
		vv_put_le64(word, entries[i].offset);
		vv_buf_put(out, word, width);
	}
}

uint64_t vv_pack_index_len(uint64_t count, uint64_t pack_len)
{
	return HEADER_LEN + (count >= FAN_FROM ? FAN_LEN : 0) +
	       count * (PREFIX_LEN + (pack_len > UINT32_MAX ? 8u : 4u)) + SUM_LEN;
}

vv_status vv_pack_index_encode(vv_buf *out, const uint8_t hash[VV_PACK_HASH_LEN],
			       vv_pack_index_entry *entries, size_t count, vv_error *err)
{
	bool fan = count >= FAN_FROM;
	unsigned width = 4;
	size_t start = out->len;
	uint8_t word[8];

	if (count > UINT32_MAX) {
		return vv_fail(err, VV_EREFUSED, "more than %u blocks in one pack", UINT32_MAX);
	}
	if (count > 1) {
		qsort(entries, count, sizeof *entries, compare_entries);
	}
	vv_array_each(entries, count, entry) {
		if (entry->offset > UINT32_MAX) {
			width = 8;
		}
	}
	(void)vv_buf_reserve(out, HEADER_LEN + FAN_LEN + count * (PREFIX_LEN + width) + SUM_LEN);
	vv_buf_put(out, magic, sizeof magic);
	vv_buf_put(out, hash, VV_PACK_HASH_LEN);
	vv_put_le64(word, count);
	vv_buf_put(out, word, 8);
	vv_put_le32(word, width | (fan ? FAN_FLAG : 0));
	vv_buf_put(out, word, 4);
	if (fan) {
		put_fan(out, entries, count);
	}
	put_entries(out, entries, count, width);
	if (vv_buf_ok(out, err) < 0) return VV_ENOMEM;
	vv_put_le64(word, vv_xxh3(out->data + start, out->len - start, 0));
	vv_buf_put(out, word, SUM_LEN);
	return vv_buf_ok(out, err);
}

/* ---- opening ---- */

static const uint8_t *bytes_at(const vv_pack_index *x, uint64_t offset)
{
	return (const uint8_t *)x->bytes.data + offset;
}

static vv_status bad_index(const vv_pack_index *x, const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "index '%s': %s",
		       x->path ? vv_text_shows(x->path) : "in memory", what);
}

/* Reads the header's fields; the file's length must match them exactly. */
static vv_status read_header(vv_pack_index *x, const uint8_t hash[VV_PACK_HASH_LEN], vv_error *err)
{
	if (x->bytes.len < HEADER_LEN || memcmp(bytes_at(x, 0), magic, sizeof magic) != 0) {
		return bad_index(x, "it has an unknown format", err);
	}
	if (memcmp(bytes_at(x, 8), hash, VV_PACK_HASH_LEN) != 0) {
		return bad_index(x, "it belongs to another pack", err);
	}
	x->count = vv_get_le64(bytes_at(x, 24));
	uint32_t width = vv_get_le32(bytes_at(x, 32));
	x->fan = (width & FAN_FLAG) != 0;
	x->width = width & 0xffu;
	if ((width & ~(FAN_FLAG | 0xffu)) != 0 || (x->width != 4 && x->width != 8) ||
	    x->count > UINT32_MAX || x->fan != (x->count >= FAN_FROM)) {
		return bad_index(x, "its header is damaged", err);
	}
	x->prefixes_at = HEADER_LEN + (x->fan ? FAN_LEN : 0);
	x->offsets_at = x->prefixes_at + x->count * PREFIX_LEN;
	uint64_t rest = x->offsets_at + x->count * x->width + SUM_LEN;
	if (rest != x->file_len) return bad_index(x, "its length does not match its header", err);
	return VV_OK;
}

static uint32_t fan_at(const vv_pack_index *x, unsigned i)
{
	return vv_get_le32(bytes_at(x, HEADER_LEN + 4u * i));
}

static vv_status check_fan(const vv_pack_index *x, vv_error *err)
{
	for (unsigned i = 0; i + 1 < FAN_COUNT; i++) {
		if (fan_at(x, i) > fan_at(x, i + 1)) {
			return bad_index(x,
					 "its first table (fan-out) is "
					 "damaged",
					 err);
		}
	}
	return fan_at(x, FAN_COUNT - 1) == x->count ? VV_OK
						    : bad_index(x,
								"its first table (fan-out) is "
								"damaged",
								err);
}

static vv_status check_whole(const vv_pack_index *x, vv_error *err)
{
	if (vv_get_le64(bytes_at(x, x->file_len - SUM_LEN)) !=
	    vv_xxh3(x->bytes.data, (size_t)(x->file_len - SUM_LEN), 0)) {
		return bad_index(x, "its checksum does not match", err);
	}
	for (uint64_t i = 1; i < x->count; i++) {
		if (vv_get_be64(bytes_at(x, x->prefixes_at + (i - 1) * PREFIX_LEN)) >
		    vv_get_be64(bytes_at(x, x->prefixes_at + i * PREFIX_LEN))) {
			return bad_index(x, "its entries are not in order", err);
		}
	}
	return x->fan ? check_fan(x, err) : VV_OK;
}

/* Reads exactly len bytes of the file. */
static vv_status read_at(const vv_pack_index *x, uint64_t offset, void *out, size_t len,
			 vv_error *err)
{
	const ssize_t got = vv_pread_full(x->fd, out, len, offset, x->path, err);

	if (got < 0) return (vv_status)got;
	return (size_t)got == len ? VV_OK : bad_index(x, "it is cut short", err);
}

static vv_status read_front(vv_pack_index *x, size_t len, vv_error *err)
{
	if (!vv_buf_reserve(&x->bytes, len)) return vv_fail_nomem(err);
	x->bytes.len = len;
	return read_at(x, 0, x->bytes.data, len, err);
}

static vv_status open_file(vv_pack_index *x, const uint8_t hash[VV_PACK_HASH_LEN], bool whole,
			   vv_error *err)
{
	vv_stat st;
	vv_status rc;

	x->fd = vv_open(x->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, err);
	if (x->fd < 0) return (vv_status)x->fd;
	if ((rc = vv_fstat(&st, x->fd, x->path, err)) < 0) return rc;
	x->file_len = st.size;
	if (!S_ISREG((mode_t)st.mode) || st.size > SIZE_MAX / 2) {
		return bad_index(x, "this is not an index file", err);
	}
	if (whole || st.size <= WHOLE_MAX) {
		if ((rc = read_front(x, (size_t)st.size, err)) < 0 ||
		    (rc = read_header(x, hash, err)) < 0 || (rc = check_whole(x, err)) < 0) {
			return rc;
		}
		(void)vv_close(x->fd, x->path, NULL);
		x->fd = -1;
		return VV_OK;
	}
	if ((rc = read_front(x, HEADER_LEN + FAN_LEN, err)) < 0 ||
	    (rc = read_header(x, hash, err)) < 0) {
		return rc;
	}
	return x->fan ? check_fan(x, err) : bad_index(x, "its header is damaged", err);
}

vv_status vv_pack_index_open(vv_pack_index **out, const char *path,
			     const uint8_t hash[VV_PACK_HASH_LEN], bool whole, vv_error *err)
{
	vv_auto(vv_pack_index) *x = vv_calloc(1, sizeof *x);

	if (!x) return vv_fail_nomem(err);
	*x = (vv_pack_index){.fd = -1, .path = vv_strdup(path)};
	vv_status rc = x->path ? open_file(x, hash, whole, err) : vv_fail_nomem(err);
	return rc < 0 ? rc : vv_hand_over(out, &x);
}

vv_status vv_pack_index_from(vv_pack_index **out, vv_buf *take_bytes,
			     const uint8_t hash[VV_PACK_HASH_LEN], vv_error *err)
{
	vv_auto(vv_pack_index) *x = vv_calloc(1, sizeof *x);
	vv_status rc;

	if (!x) {
		vv_buf_clear(take_bytes);
		return vv_fail_nomem(err);
	}
	*x = (vv_pack_index){.fd = -1, .bytes = *take_bytes, .file_len = take_bytes->len};
	*take_bytes = (vv_buf){0};
	if ((rc = read_header(x, hash, err)) < 0 || (rc = check_whole(x, err)) < 0) return rc;
	return vv_hand_over(out, &x);
}

void vv_pack_index_close(vv_pack_index *x)
{
	if (x) {
		(void)vv_close(x->fd, x->path, NULL);
		vv_buf_clear(&x->bytes);
		vv_free_all(x->path, x);
	}
}

uint64_t vv_pack_index_count(const vv_pack_index *x)
{
	return x->count;
}

bool vv_pack_index_is_whole(const vv_pack_index *x)
{
	return x->fd < 0;
}

const void *vv_pack_index_bytes(const vv_pack_index *x, size_t *len)
{
	*len = x->bytes.len;
	return x->bytes.data;
}

/* ---- searching ---- */

/* The run of prefixes read last, of an index that is not in memory. */
typedef struct page {
	uint64_t first;
	size_t count;
	uint8_t bytes[PAGE_ENTRIES * PREFIX_LEN];
} page;

static vv_status read_page(const vv_pack_index *x, page *pg, uint64_t place, vv_error *err)
{
	uint64_t first = place > PAGE_ENTRIES / 2 ? place - PAGE_ENTRIES / 2 : 0;
	size_t count = x->count - first < PAGE_ENTRIES ? (size_t)(x->count - first) : PAGE_ENTRIES;
	const vv_status rc = read_at(x, x->prefixes_at + first * PREFIX_LEN, pg->bytes,
				     count * PREFIX_LEN, err);

	pg->first = first;
	pg->count = rc < 0 ? 0 : count;
	return rc;
}

static vv_status prefix_at(const vv_pack_index *x, page *pg, uint64_t place, uint64_t *out,
			   vv_error *err)
{
	vv_status rc;

	if (x->fd < 0) {
		*out = vv_get_be64(bytes_at(x, x->prefixes_at + place * PREFIX_LEN));
		return VV_OK;
	}
	if ((place < pg->first || place - pg->first >= pg->count) &&
	    (rc = read_page(x, pg, place, err)) < 0) {
		return rc;
	}
	*out = vv_get_be64(pg->bytes + (place - pg->first) * PREFIX_LEN);
	return VV_OK;
}

/* Digests are uniform: the expected place of the prefix among lo..hi, for values spread evenly over
 * from..to. */
static uint64_t guess_place(uint64_t lo, uint64_t hi, uint64_t from, uint64_t to, uint64_t prefix)
{
	uint64_t span = (to - from) >> 32, part = (prefix - from) >> 32;

	if (prefix < from || prefix > to || span == 0) return lo + (hi - lo) / 2;
	uint64_t place = lo + (hi - lo) * part / span; /* counts are below 2^32 */
	return place < hi ? place : hi - 1;
}

static vv_status lower_bound(const vv_pack_index *x, page *pg, uint64_t prefix, uint64_t *out,
			     vv_error *err)
{
	unsigned top = (unsigned)(prefix >> 56), tries = 0;
	uint64_t lo = x->fan ? fan_at(x, top) : 0, hi = x->fan ? fan_at(x, top + 1) : x->count;
	uint64_t from = x->fan ? (uint64_t)top << 56 : 0;
	uint64_t to = x->fan ? from | (UINT64_MAX >> 8) : UINT64_MAX;
	vv_status rc;

	while (lo < hi) {
		uint64_t place = tries++ < GUESSES ? guess_place(lo, hi, from, to, prefix)
						   : lo + (hi - lo) / 2;
		uint64_t found;

		if ((rc = prefix_at(x, pg, place, &found, err)) < 0) return rc;
		if (found < prefix) {
			lo = place + 1;
			from = found;
		} else {
			hi = place;
			to = found;
		}
	}
	*out = lo;
	return VV_OK;
}

vv_status vv_pack_index_find(const vv_pack_index *x, uint64_t prefix, uint64_t *first,
			     uint64_t *count, vv_error *err)
{
	page pg;
	uint64_t place, found;
	vv_status rc;

	pg.first = 0;
	pg.count = 0;
	*count = 0;
	if ((rc = lower_bound(x, &pg, prefix, &place, err)) < 0) return rc;
	*first = place;
	while (place < x->count) {
		if ((rc = prefix_at(x, &pg, place, &found, err)) < 0) return rc;
		if (found != prefix) {
			break;
		}
		place++;
		*count = place - *first;
	}
	return VV_OK;
}

uint64_t vv_pack_index_prefix(const vv_pack_index *x, uint64_t place)
{
	assert(x->fd < 0 && place < x->count);
	return vv_get_be64(bytes_at(x, x->prefixes_at + place * PREFIX_LEN));
}

vv_status vv_pack_index_offset(const vv_pack_index *x, uint64_t place, uint64_t *out, vv_error *err)
{
	uint64_t where = x->offsets_at + place * x->width;
	uint8_t bytes[8];
	const uint8_t *p = bytes;
	vv_status rc;

	if (place >= x->count) return bad_index(x, "an entry is outside the index", err);
	if (x->fd < 0) {
		p = bytes_at(x, where);
	} else if ((rc = read_at(x, where, bytes, x->width, err)) < 0) {
		return rc;
	}
	*out = x->width == 8 ? vv_get_le64(p) : vv_get_le32(p);
	return VV_OK;
}
