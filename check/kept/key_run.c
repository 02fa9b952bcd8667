/*
 * key_run: reads and writes a run's file, each piece of which can be verified alone.
 *
 * Head: "VVKEYS" 05 0A, le64 seed, the list's name (le64 low, le64 high), le64 groups, le32 lower parts, le32 dropped bits of
 * hashes. Body: the groups' names (32 bytes each), zeros up to a multiple of 4,096, the entries, the repeats, the list's top.
 * Sums: for each 4,096 bytes of the body le64 of the XXH3-64 under the piece's number as seed. Tail: le64 entries, le64 pieces
 * of entries, le64 repeats, le64 bytes of the list's top, le64 of the XXH3-64 of head and tail before it.
 *
 * A run keeps as many of the highest bits of each hash as fit in at most three bytes for an entry. Entries are in pieces of
 * 4,096 bytes: le64 the first one's hash, le32 how many there are, then bits, from the lowest of each byte on. The difference
 * of an entry's hash to the first is in two parts: divided by the number of lower parts it gives the upper one. The rest, times
 * the groups, plus the number of the group, is a field, in as many bits as the greatest needs; the last field begins the
 * fields, the first ends the piece. The upper parts are unary: a one for each entry, in order, and before it as many zeros as
 * its upper part is greater than that of the entry before it. So a piece is searched without reading its fields (Elias-Fano).
 *
 * Hashes are spread evenly, so that a place is guessed from the hash alone, and the rest is a
 * search among neighbours.
 */
#include "check/kept/key_run.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "dataset/table/table.h"

static const char magic[8] = {'V', 'V', 'K', 'E', 'Y', 'S', 5, '\n'};
#define HEAD_LEN 48u
#define TAIL_LEN 40u
#define NAME_LEN 32u
#define PROVED_LEN CHECK_KEY_PIECE /* of the body */
#define PIECE_HEAD 12u             /* bytes of a piece of entries */
#define PIECE_BITS (8u * CHECK_KEY_PIECE)
#define HEAD_BITS (8u * PIECE_HEAD)
#define HASH_BITS (64u - CHECK_GROUP_BITS)
#define FIELD_BITS 57u            /* the most that one load can read */
#define FIELD ((uint64_t)1 << 21) /* of a field's values, where groups leave LOWER_LEAST of them */
#define LOWER_LEAST 64u
#define ENTRY_BITS 24u /* of the file, for an entry */
#define STRIDE 56u     /* bits that are looked at at once */
#define SHORT_STRIDE 10u
#define NEAR 8u /* pieces: how far a guess is usually off */
#define PIECE ((size_t)1 << 20)

_Static_assert(PROVED_LEN % NAME_LEN == 0, "a name is in one piece that is proved");

vv_hash128 check_key_run_list(const vv_table *t)
{
	return vv_xxh3_128(t->root.data.data, t->root.data.len, 0);
}

/* ---- reading ---- */

static size_t count_pieces(size_t len)
{
	return len / PROVED_LEN + (len % PROVED_LEN > 0);
}

/* The length of the groups' names with the zeros after them. */
static uint64_t names_len(uint64_t groups)
{
	return (groups * NAME_LEN + CHECK_KEY_PIECE - 1) / CHECK_KEY_PIECE * CHECK_KEY_PIECE;
}

/* Bits for numbers below count. */
static unsigned bits_of(uint64_t count)
{
	unsigned bits = 0;

	while (bits < 63 && (uint64_t)1 << bits < count) {
		bits++;
	}
	return bits;
}

/* The hash of the head, and of the tail without its sum. */
static uint64_t frame_sum(const uint8_t *head, const uint8_t *tail)
{
	uint8_t both[HEAD_LEN + TAIL_LEN - 8];

	memcpy(both, head, HEAD_LEN);
	memcpy(both + HEAD_LEN, tail, TAIL_LEN - 8);
	return vv_xxh3(both, sizeof(both), 0);
}

/* Whether a piece of the body matches its sum. */
static bool piece_is_fine(check_key_run *k, size_t i)
{
	size_t from = i * PROVED_LEN,
	       len = k->body_len - from < PROVED_LEN ? k->body_len - from : PROVED_LEN;

	if (!k->fine[i]) {
		k->fine[i] = vv_xxh3(k->body + from, len, i) == vv_get_le64(k->sums + 8 * i);
		k->damaged |= !k->fine[i];
	}
	return k->fine[i];
}

static vv_status read_entries(check_key_run *k, vv_error *err)
{
	const uint8_t *p = (const uint8_t *)k->map + k->from, *tail = p + k->len - TAIL_LEN;
	uint64_t left = k->len - HEAD_LEN - TAIL_LEN;

	if (memcmp(p, magic, sizeof(magic)) != 0 ||
	    frame_sum(p, tail) != vv_get_le64(tail + TAIL_LEN - 8)) {
		return VV_OK;
	}
	uint64_t groups = vv_get_le64(p + 32);
	uint64_t entries = vv_get_le64(tail);
	uint64_t piece_count = vv_get_le64(tail + 8), lower = vv_get_le32(p + 40);
	uint32_t left_out = vv_get_le32(p + 44);
	uint64_t repeats = vv_get_le64(tail + 16);
	uint64_t top = vv_get_le64(tail + 24);
	if (groups > CHECK_GROUP_MASK || groups > left / NAME_LEN || lower == 0 ||
	    bits_of(lower * groups) > FIELD_BITS || left_out > HASH_BITS ||
	    piece_count > left / CHECK_KEY_PIECE || entries > left * 8 || repeats > left / 8 ||
	    top > left) {
		return VV_OK;
	}
	uint64_t names = names_len(groups);
	uint64_t len = names + piece_count * CHECK_KEY_PIECE + repeats * 8 + top;
	uint64_t sums = (uint64_t)count_pieces((size_t)len) * 8;
	if (len > left || sums != left - len) return VV_OK;
	uint8_t *fine = vv_calloc(count_pieces((size_t)len) + 1, 1);
	if (!fine) return vv_fail_nomem(err);
	const uint8_t *body = p + HEAD_LEN, *after = body + names + piece_count * CHECK_KEY_PIECE;
	*k = (check_key_run){.seed = vv_get_le64(p + 8),
			     .list = {.lo = vv_get_le64(p + 16), .hi = vv_get_le64(p + 24)},
			     .group_count = (size_t)groups,
			     .entries = body + names,
			     .piece_count = (size_t)piece_count,
			     .entry_count = (size_t)entries,
			     .lower = lower,
			     .field_bits = bits_of(lower * groups),
			     .left_out = left_out,
			     .repeats = after,
			     .repeat_count = (size_t)repeats,
			     .top = after + repeats * 8,
			     .top_len = (size_t)top,
			     .body = body,
			     .sums = body + len,
			     .body_len = (size_t)len,
			     .fine = fine,
			     .map = k->map,
			     .map_len = k->map_len,
			     .from = k->from,
			     .len = k->len};
	return VV_OK;
}

/* So many bytes of an open file, from offset on; UINT64_MAX: all that follow. */
static vv_status open_part(check_key_run *out, int fd, uint64_t offset, uint64_t len, vv_error *err)
{
	vv_stat st;

	if (vv_fstat(&st, fd, "", NULL) < 0 || st.size >= SIZE_MAX || offset > st.size) {
		return VV_OK;
	}
	len = len == UINT64_MAX ? st.size - offset : len;
	if (len > st.size - offset || len < HEAD_LEN + TAIL_LEN) return VV_OK;
	out->map = mmap(NULL, (size_t)st.size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (out->map == MAP_FAILED) {
		out->map = NULL;
		return VV_OK;
	}
	out->map_len = (size_t)st.size;
	out->from = (size_t)offset;
	out->len = (size_t)len;
	return read_entries(out, err);
}

char *check_key_run_file(vv_check_cache *cache, vv_hash128 id)
{
	return cache ? vv_check_cache_file(cache, "keys", id) : NULL;
}

vv_status check_key_run_open(check_key_run *out, vv_check_cache *cache, vv_hash128 id,
			     vv_error *err)
{
	vv_auto(char) *file = check_key_run_file(cache, id);
	uint64_t offset, len;
	int fd = file ? vv_open(file, O_RDONLY | O_NONBLOCK, 0, VV_IGNORED) : -1;
	vv_status rc = VV_OK;

	memset(out, 0, sizeof(*out));
	if (fd >= 0) {
		rc = open_part(out, fd, 0, UINT64_MAX, err);
		vv_close(fd, file, NULL);
	}
	if (rc == VV_OK && !out->entries && cache &&
	    (fd = vv_check_cache_trusted_file(cache, "keys", id, &offset, &len)) >= 0) {
		check_key_run_close(out);
		rc = open_part(out, fd, offset, len, err);
	}
	return rc;
}

/* Whether len bytes of the body match their sums. */
static bool bytes_are_fine(check_key_run *k, const uint8_t *bytes, size_t len)
{
	size_t from = (size_t)(bytes - k->body);
	bool fine = true;

	for (size_t i = from / PROVED_LEN; i < count_pieces(from + len); i++) {
		fine = piece_is_fine(k, i) && fine;
	}
	return fine;
}

vv_status check_key_run_names(check_key_run *k, vv_error *err)
{
	if (!k->entries) return VV_OK;
	if (!bytes_are_fine(k, k->body, k->group_count * NAME_LEN)) {
		check_key_run_close(k);
		return VV_OK;
	}
	return check_group_names_open(&k->groups, k->body, NAME_LEN, k->group_count, err);
}

bool check_key_run_top(check_key_run *k, const uint8_t **top, size_t *len)
{
	*top = k->top;
	*len = k->top_len;
	return bytes_are_fine(k, k->top, k->top_len);
}

bool check_key_run_sound(const check_key_run *k)
{
	return k->entries && !k->damaged;
}

void check_key_run_close(check_key_run *k)
{
	check_group_names_close(&k->groups);
	vv_free(k->fine);
	if (k->map) {
		(void)munmap(k->map, k->map_len);
	}
	memset(k, 0, sizeof(*k));
}

static uint64_t number_at(check_key_run *k, const uint8_t *at)
{
	return piece_is_fine(k, (size_t)(at - k->body) / PROVED_LEN) ? vv_get_le64(at) : UINT64_MAX;
}

uint64_t check_key_run_repeat(check_key_run *k, size_t i)
{
	return number_at(k, k->repeats + 8 * i);
}

/* ---- entries ---- */

static const uint8_t *piece_at(const check_key_run *k, size_t piece)
{
	return k->entries + piece * CHECK_KEY_PIECE;
}

/* The kept bits of the piece's first hash; UINT64_MAX if damaged. */
static uint64_t first_hash(check_key_run *k, size_t piece)
{
	return number_at(k, piece_at(k, piece));
}

/* At least FIELD_BITS; bits past a piece are from the bytes behind it: other pieces, sums, the tail. */
static uint64_t bits_at(const uint8_t *piece, size_t bit)
{
	return vv_get_le64(piece + bit / 8) >> bit % 8;
}

static void end_here(check_key_cursor *c)
{
	c->piece = c->run->piece_count;
	c->entry = UINT64_MAX;
	c->index = c->count = 0;
}

/* Before the first entry of a piece. */
static void begin_piece(check_key_cursor *c, size_t piece)
{
	check_key_run *k = c->run;

	c->piece = piece;
	c->bit = HEAD_BITS;
	c->index = 0;
	c->base = piece < k->piece_count ? first_hash(k, piece) : UINT64_MAX;
	if (c->base == UINT64_MAX) {
		end_here(c);
		return;
	}
	c->count = vv_get_le32(piece_at(k, piece) + 8);
	if (c->count == 0 || c->count > PIECE_BITS ||
	    c->count * k->field_bits > PIECE_BITS - HEAD_BITS) {
		k->damaged = true;
		end_here(c);
	}
}

void check_key_cursor_next(check_key_cursor *c)
{
	check_key_run *k = c->run;
	if (c->index == c->count) {
		begin_piece(c, c->piece + 1);
	}
	if (c->index == c->count) {
		return;
	}
	const uint8_t *piece = piece_at(k, c->piece);
	const size_t at = PIECE_BITS - (c->index + 1) * k->field_bits;
	uint64_t ones;
	while ((ones = bits_at(piece, c->bit) & (((uint64_t)1 << STRIDE) - 1)) == 0 &&
	       c->bit < at) {
		c->bit += STRIDE;
	}
	c->bit += ones ? (size_t)__builtin_ctzll(ones) : 0;
	uint64_t upper = c->bit - HEAD_BITS - c->index;
	uint64_t field = bits_at(piece, at) & (((uint64_t)1 << k->field_bits) - 1);
	uint64_t hash = c->base + upper * k->lower + field / k->group_count;
	if (c->bit >= at || hash >> (HASH_BITS - k->left_out)) {
		k->damaged = true;
		end_here(c);
		return;
	}
	c->bit++;
	c->index++;
	c->entry = hash << (k->left_out + CHECK_GROUP_BITS) | field % k->group_count;
}

/* Moves past this many bits where the upper parts of all entries in them are less than upper. */
static inline bool skip_bits(check_key_cursor *c, const uint8_t *piece, uint64_t upper,
			     unsigned count)
{
	uint64_t bits = bits_at(piece, c->bit) & (((uint64_t)1 << count) - 1);
	size_t ones = (size_t)__builtin_popcountll(bits);

	if (c->index + ones >= c->count || c->bit + count > PIECE_BITS) return false;
	if (c->bit + count - HEAD_BITS - c->index - ones >= upper) return false;
	c->bit += count;
	c->index += ones;
	return true;
}

/* Skips most entries of the piece before the sought one. */
static void skip_to(check_key_cursor *c)
{
	const uint8_t *piece = piece_at(c->run, c->piece);
	const uint64_t hash = c->sought >> c->run->left_out;
	const uint64_t upper = hash > c->base ? (hash - c->base) / c->run->lower : 0;

	if (c->index == c->count) return;
	while (skip_bits(c, piece, upper, STRIDE)) {
	}
	while (skip_bits(c, piece, upper, SHORT_STRIDE)) {
	}
}

/* The last piece that begins before the hash; else the first. The guess is only the first place to
 * look. */
static size_t find_piece(check_key_run *k, uint64_t hash)
{
	size_t low = 0, high = k->piece_count;
	size_t guess = (size_t)((double)hash / (double)((uint64_t)1 << (HASH_BITS - k->left_out)) *
				(double)k->piece_count);
	size_t from = guess > NEAR ? guess - NEAR : 0, to = from + 2 * NEAR;

	if (from < high && first_hash(k, from) < hash) {
		low = from;
	} else {
		high = from < high ? from : high;
	}
	if (to < high && to > low && first_hash(k, to) >= hash) {
		high = to;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (first_hash(k, middle) < hash) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low > 0 ? low - 1 : 0;
}

/* Advances to the sought hash, from an entry at or before it. */
static void step_cursor(check_key_cursor *c)
{
	if (c->entry != UINT64_MAX && c->entry >> CHECK_GROUP_BITS < c->sought) {
		skip_to(c);
	}
	while (c->entry != UINT64_MAX && c->entry >> CHECK_GROUP_BITS < c->sought) {
		check_key_cursor_next(c);
	}
}

/* The hash with the bits that the run leaves out set to 0. */
static uint64_t kept_of(const check_key_run *k, uint64_t hash)
{
	return hash >> k->left_out << k->left_out;
}

check_key_cursor check_key_run_find(check_key_run *k, uint64_t hash)
{
	check_key_cursor c = {.run = k, .entry = UINT64_MAX, .sought = kept_of(k, hash)};

	if (k->entries) {
		begin_piece(&c, find_piece(k, hash >> k->left_out));
		check_key_cursor_next(&c);
		step_cursor(&c);
	}
	return c;
}

void check_key_cursor_seek(check_key_cursor *c, uint64_t hash)
{
	size_t next = c->piece + 1;
	uint64_t kept = kept_of(c->run, hash);

	if (kept < c->sought || (c->entry != UINT64_MAX && next < c->run->piece_count &&
				 first_hash(c->run, next) < hash >> c->run->left_out)) {
		*c = check_key_run_find(c->run, hash);
	} else {
		c->sought = kept;
		step_cursor(c);
	}
}

/* ---- writing ---- */

struct check_key_writer {
	vv_new_file to;
	char *file;
	const vv_buf *top; /* of the list */
	uint8_t head[HEAD_LEN];
	vv_buf buf;     /* of the body: always begins with a piece */
	uint64_t *sums; /* of the pieces that have been written */
	size_t sum_count, sum_cap;
	uint64_t count, pieces;
	uint64_t lower, groups;
	unsigned field_bits, left_out;
	uint8_t piece[CHECK_KEY_PIECE + 16]; /* of entries, under way */
	size_t piece_entries;
	uint64_t base; /* kept bits of its first hash */
	bool failed;
};

static void write_bytes(check_key_writer *w, const void *bytes, size_t len)
{
	if (!w->failed) {
		w->failed = vv_new_file_put(&w->to, bytes, len, VV_IGNORED) < 0;
	}
}

/* How entries are in pieces, so that all take three bytes each, or not many more where groups have few rows. */
static void choose_form(check_key_writer *w, uint64_t entries, unsigned left_out)
{
	uint64_t room = entries * ENTRY_BITS;
	uint64_t others = 8 * (HEAD_LEN + TAIL_LEN + names_len(w->groups) + w->top->len) +
			  PIECE_BITS + (room / PIECE_BITS + 1) * (HEAD_BITS + 64 + FIELD_BITS);
	uint64_t upper = entries;

	w->lower = w->groups < FIELD / LOWER_LEAST ? FIELD / w->groups : LOWER_LEAST;
	while (w->lower >= 2 * LOWER_LEAST &&
	       room < others + entries * (bits_of(w->lower * w->groups) + 2)) {
		w->lower /= 2;
	}
	w->field_bits = bits_of(w->lower * w->groups);
	others += entries * (w->field_bits + 1);
	if (room > others + entries) {
		upper = room - others;
	}
	w->left_out = HASH_BITS;
	while (w->left_out > left_out && upper * w->lower >> (HASH_BITS - w->left_out) > 1) {
		w->left_out--;
	}
}

/* Writes the buffer's whole pieces; at the end all of it. */
static void flush_pieces(check_key_writer *w)
{
	if (w->buf.failed) {
		w->failed = true;
	}
	for (size_t from = 0; !w->failed && from < w->buf.len; from += PROVED_LEN) {
		size_t len = w->buf.len - from < PROVED_LEN ? w->buf.len - from : PROVED_LEN;

		if (!vv_array_room(w->sums, w->sum_count, w->sum_cap)) {
			w->failed = true;
			break;
		}
		w->sums[w->sum_count] = vv_xxh3(w->buf.data + from, len, w->sum_count);
		w->sum_count++;
	}
	write_bytes(w, w->buf.data, w->buf.len);
	vv_buf_reset(&w->buf);
}

static void put_bytes(check_key_writer *w, const void *bytes, size_t len)
{
	vv_buf_put(&w->buf, bytes, len);
	if (w->buf.len >= PIECE) { /* exactly: each put is within one piece */
		flush_pieces(w);
	}
}

static void put_u64(check_key_writer *w, uint64_t value)
{
	uint8_t le[8];

	vv_put_le64(le, value);
	put_bytes(w, le, sizeof(le));
}

vv_status check_key_writer_begin(check_key_writer **out, const char *file, uint64_t seed,
				 const vv_table *t, const uint8_t *const *names, size_t count,
				 uint64_t expected, unsigned left_out, vv_error *err)
{
	static const uint8_t zeros[CHECK_KEY_PIECE];
	vv_auto(check_key_writer) *w = vv_calloc(1, sizeof(*w));
	vv_hash128 list = check_key_run_list(t);
	vv_auto(char) *dir = vv_path_dir(file);

	*out = NULL;
	if (!w || !dir || !(w->file = vv_strdup(file))) return vv_fail_nomem(err);
	w->failed = vv_mkdirs(dir, VV_IGNORED) < 0 ||
		    vv_new_file_open(&w->to, dir, "new-", VV_IGNORED) < 0;
	w->top = &t->root.data;
	memcpy(w->head, magic, sizeof(magic));
	vv_put_le64(w->head + 8, seed);
	vv_put_le64(w->head + 16, list.lo);
	vv_put_le64(w->head + 24, list.hi);
	vv_put_le64(w->head + 32, count);
	w->groups = count > 0 ? count : 1;
	choose_form(w, expected, left_out);
	vv_put_le32(w->head + 40, (uint32_t)w->lower);
	vv_put_le32(w->head + 44, w->left_out);
	write_bytes(w, w->head, sizeof(w->head));
	for (size_t i = 0; i < count; i++) {
		put_bytes(w, names[i], NAME_LEN);
	}
	put_bytes(w, zeros, (size_t)(names_len(count) - count * NAME_LEN));
	return vv_hand_over(out, &w);
}

static void end_piece(check_key_writer *w)
{
	if (w->piece_entries > 0) {
		vv_put_le32(w->piece + 8, (uint32_t)w->piece_entries);
		put_bytes(w, w->piece, CHECK_KEY_PIECE);
		w->pieces++;
	}
	memset(w->piece, 0, sizeof(w->piece));
	w->piece_entries = 0;
}

void check_key_writer_put(check_key_writer *w, uint64_t entry)
{
	const uint64_t hash = entry >> CHECK_GROUP_BITS >> w->left_out;
	uint64_t upper = (hash - w->base) / w->lower;

	w->count++;
	if (w->piece_entries == 0 ||
	    upper + (w->piece_entries + 1) * (w->field_bits + 1) > PIECE_BITS - HEAD_BITS) {
		end_piece(w);
		vv_put_le64(w->piece, hash);
		w->base = hash;
		upper = 0;
	}
	size_t bit = HEAD_BITS + (size_t)upper + w->piece_entries,
	       at = PIECE_BITS - ++w->piece_entries * w->field_bits;
	uint64_t field = (hash - w->base) % w->lower * w->groups + (entry & CHECK_GROUP_MASK);
	w->piece[bit / 8] |= (uint8_t)(1u << bit % 8);
	vv_put_le64(w->piece + at / 8, vv_get_le64(w->piece + at / 8) | field << at % 8);
}

static void write_tail(check_key_writer *w, size_t repeats)
{
	uint8_t tail[TAIL_LEN], le[8];

	for (size_t i = 0; i < w->sum_count && !w->failed; i++) {
		vv_put_le64(le, w->sums[i]);
		vv_buf_put(&w->buf, le, sizeof(le));
	}
	vv_put_le64(tail, w->count);
	vv_put_le64(tail + 8, w->pieces);
	vv_put_le64(tail + 16, repeats);
	vv_put_le64(tail + 24, w->top->len);
	vv_put_le64(tail + TAIL_LEN - 8, frame_sum(w->head, tail));
	vv_buf_put(&w->buf, tail, sizeof(tail));
	w->failed |= w->buf.failed;
	write_bytes(w, w->buf.data, w->buf.len);
}

void check_key_writer_end(check_key_writer *w, const uint64_t *repeats, size_t count)
{
	end_piece(w);
	for (size_t i = 0; i < count; i++) {
		put_u64(w, repeats[i]);
	}
	vv_buf_put(&w->buf, w->top->data, w->top->len);
	flush_pieces(w);
	write_tail(w, count);
	if (!w->failed && vv_new_file_end(&w->to, false, VV_IGNORED) == VV_OK) {
		(void)vv_new_file_place(&w->to, w->file, VV_IGNORED);
	}
}

void check_key_writer_free(check_key_writer *w)
{
	if (w) {
		vv_new_file_clear(&w->to);
		vv_buf_clear(&w->buf);
		vv_free_all(w->sums, w->file, w);
	}
}
