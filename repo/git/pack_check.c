/*
 * pack_check: gitformat-pack(5): how an index names places in packs, and that a pack and its indexes end with the
 * SHA-1 of all that comes before.
 */
#include "repo/git/pack_check.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

#define PIECE ((size_t)1 << 16)
#define FANOUT 1024u        /* 256 counts of 4 bytes */
#define ENDS 40u            /* of an index: the pack's SHA-1, and its own */
#define PACK_HEADER 12u     /* of a pack, which ends with 20 bytes */
#define LARGE 0x80000000u   /* the offset is in the table of those of 8 bytes */
#define ALTERNATES_DEPTH 6u /* as Git and libgit2 */
#define ALTERNATES_MAX ((size_t)1 << 20)
#define NAMES_MAX ((uint64_t)64 << 20)

/* --- offsets ----------------------------------------------------------------- */

vv_status vv_git_map_open(vv_git_map *out, const char *path, vv_error *err)
{
	vv_stat st;
	vv_auto(vv_fd) fd = vv_open(path, O_RDONLY | O_NONBLOCK, 0, err);

	*out = (vv_git_map){.path = path};
	if (fd < 0) return (vv_status)fd;
	vv_status rc = vv_fstat(&st, fd, path, err);
	if (rc < 0 || st.size == 0) return rc;
	void *at = mmap(NULL, (size_t)st.size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED || st.size > SIZE_MAX) return vv_fail_errno(err, "cannot read", path);
	out->bytes = at;
	out->len = (size_t)st.size;
	return VV_OK;
}

void vv_git_map_close(vv_git_map *m)
{
	if (m->len > 0) {
		(void)munmap((void *)(uintptr_t)m->bytes, m->len);
	}
}

static vv_status damaged_index(const char *path, const char *what, vv_error *err)
{
	vv_status rc = vv_fail(err, VV_ECORRUPT, "Git's pack index '%s' is damaged: %s",
			       vv_text_shows(path), what);

	(void)rc;
	return vv_hint_code(err, VV_HINT_FSCK_REPAIR);
}

static vv_status leads_beyond(const char *path, vv_error *err)
{
	return damaged_index(path, "an offset is outside the pack", err);
}

/* The last count; false: a count is less than the one before. */
static bool fanout_read(const uint8_t *fanout, uint32_t *count)
{
	*count = 0;
	for (size_t i = 0; i < FANOUT; i += 4) {
		if (vv_get_be32(fanout + i) < *count) return false;
		*count = vv_get_be32(fanout + i);
	}
	return true;
}

static bool is_within(uint64_t offset, uint64_t pack_size)
{
	return offset >= PACK_HEADER && offset + VV_SHA1_LEN < pack_size && offset < pack_size;
}

/* count offsets, stride bytes from one to the next; those with LARGE in the table of large ones. */
typedef struct offsets {
	uint64_t at, count, large_at, large_count;
	uint32_t stride;
	bool large; /* else 32 bits are one number */
} offsets;

static bool are_within(const uint8_t *bytes, const offsets *o, uint64_t pack_size)
{
	bool within = true;

	for (uint64_t i = 0; i < o->count; i++) {
		const uint32_t offset = vv_get_be32(bytes + o->at + i * o->stride);

		within &= o->large && (offset & LARGE) ? (offset & ~LARGE) < o->large_count
						       : is_within(offset, pack_size);
	}
	for (uint64_t i = 0; i < o->large_count; i++) {
		within &= is_within(vv_get_be64(bytes + o->large_at + i * 8), pack_size);
	}
	return within;
}

/* Where the tables of an index are; false: no file of this size has them. */
static bool index_layout(offsets *o, const uint8_t *head, uint64_t size)
{
	static const uint8_t second[8] = {0xff, 't', 'O', 'c', 0, 0, 0, 2};
	uint32_t count;

	if (memcmp(head, second, sizeof(second)) != 0) {
		*o = (offsets){.at = FANOUT,
			       .stride = 4 + VV_SHA1_LEN,
			       .count = fanout_read(head, &count) ? count : UINT32_MAX};
		return size == FANOUT + o->count * o->stride + ENDS;
	}
	if (!fanout_read(head + sizeof(second), &count)) return false;
	const uint64_t at = sizeof(second) + FANOUT + (uint64_t)count * (VV_SHA1_LEN + 4);
	*o = (offsets){.at = at,
		       .stride = 4,
		       .count = count,
		       .large = true,
		       .large_at = at + (uint64_t)count * 4};
	const uint64_t fixed = o->large_at + ENDS;
	if (size < fixed || (size - fixed) % 8 != 0) return false;
	o->large_count = (size - fixed) / 8;
	return o->large_count <= o->count;
}

/* How long a pack is; VV_ENOTFOUND. It is opened only if it is a symbolic link. */
static vv_status pack_size(uint64_t *out, const char *path, vv_error *err)
{
	vv_stat st;
	vv_status rc = vv_lstat(&st, path, err);

	if (rc == VV_OK && S_ISLNK(st.mode)) {
		vv_auto(vv_git_map) pack = {0};

		rc = vv_git_map_open(&pack, path, err);
		st.size = pack.len;
	}
	*out = rc == VV_OK ? st.size : 0;
	return rc;
}

static vv_status check_index(const vv_git_map *x, const char *pack_path, uint64_t size,
			     vv_error *err)
{
	vv_auto(vv_git_map) pack = {0};
	offsets o;
	vv_status rc;

	if (x->len < 8 + FANOUT + ENDS) return damaged_index(x->path, "it is too short", err);
	if (memcmp(x->bytes, "\377tOc", 4) == 0 && vv_get_be32(x->bytes + 4) != 2) {
		return VV_OK; /* libgit2 refuses it */
	}
	if (!index_layout(&o, x->bytes, x->len)) {
		return damaged_index(x->path, "its size does not match its tables", err);
	}
	if (are_within(x->bytes, &o, size)) return VV_OK;
	/* A pack that does not end with the checksum in its index is wrong itself, which libgit2 reports. */
	if ((rc = vv_git_map_open(&pack, pack_path, err)) < 0 || pack.len < VV_SHA1_LEN ||
	    memcmp(x->bytes + x->len - ENDS, pack.bytes + pack.len - VV_SHA1_LEN, VV_SHA1_LEN) !=
		    0) {
		return rc;
	}
	return leads_beyond(x->path, err);
}

/* "<dir>/<name of an index>" with .pack at its end; NULL when out of memory. */
static char *pack_of(const char *dir, const char *index)
{
	return vv_asprintf("%s/%.*s.pack", dir, (int)(strlen(index) - strlen(".idx")), index);
}

/* The index "<dir>/<name>" against its pack; one without a pack is not followed. */
static vv_status check_pack(const char *dir, const char *name, const char *index, vv_error *err)
{
	vv_auto(char) *path = pack_of(dir, name);
	vv_auto(vv_git_map) x = {0};
	uint64_t size;
	vv_status rc;

	if ((rc = pack_size(&size, path, err)) < 0 || (rc = vv_git_map_open(&x, index, err)) < 0) {
		return rc;
	}
	return check_index(&x, path, size, err);
}

/* --- the index of several packs ---------------------------------------------- */

enum { NAMES, COUNTS, IDS, PLACES, LARGES, CHUNKS };

typedef struct multi {
	uint64_t at[CHUNKS], len[CHUNKS];
	uint64_t *sizes; /* of the packs */
	uint32_t packs, count;
} multi;

/* The tables, by the list of chunks. *known false: it has a chunk unknown to libgit2. */
static vv_status multi_chunks(multi *m, const vv_git_map *x, uint32_t chunks, bool *known,
			      vv_error *err)
{
	static const char ids[CHUNKS][5] = {"PNAM", "OIDF", "OIDL", "OOFF", "LOFF"};
	uint64_t before = 12 + ((uint64_t)chunks + 1) * 12, end = x->len - VV_SHA1_LEN;
	size_t which = CHUNKS;

	*known = true;
	if (before > end) return damaged_index(x->path, "it is too short", err);
	for (uint32_t i = 0; i < chunks; i++) {
		const uint8_t *p = x->bytes + 12 + (size_t)i * 12;
		const uint64_t at = vv_get_be64(p + 4);

		if (at > end) return damaged_index(x->path, "it is too short", err);
		if (at < before) return damaged_index(x->path, "its tables are not in order", err);
		if (i > 0) {
			m->len[which] = at - before;
		}
		for (which = 0; which < CHUNKS && memcmp(p, ids[which], 4) != 0; which++) {
		}
		if (which == CHUNKS) {
			*known = false;
			return VV_OK;
		}
		m->at[which] = before = at;
	}
	if (chunks > 0) {
		m->len[which] = end - before;
	}
	return VV_OK;
}

/* The sizes of the packs, in the order of their names. VV_ENOTFOUND: one is missing here. */
static vv_status multi_sizes(multi *m, const vv_git_map *x, const char *dir, vv_error *err)
{
	const char *name = (const char *)x->bytes + m->at[NAMES];
	uint64_t left = m->len[NAMES];
	vv_status rc = VV_OK;

	if (left > NAMES_MAX || m->packs > left) {
		return damaged_index(x->path, "its size does not match its list of packs", err);
	}
	if (!(m->sizes = vv_calloc((size_t)m->packs + 1, sizeof(*m->sizes)))) {
		return vv_fail_nomem(err);
	}
	for (uint32_t i = 0; rc == VV_OK && i < m->packs; i++) {
		const size_t len = strnlen(name, (size_t)left);

		if (len == left || !vv_path_ends(name, ".idx") || strchr(name, '/')) {
			return damaged_index(x->path, "its list of packs has an invalid name", err);
		}
		vv_auto(char) *path = pack_of(dir, name);
		rc = path ? pack_size(&m->sizes[i], path, err) : vv_fail_nomem(err);
		name += len + 1;
		left -= len + 1;
	}
	return rc;
}

static bool multi_is_within(const multi *m, const uint8_t *bytes)
{
	const uint64_t larges = m->len[LARGES] / 8;

	for (uint64_t i = 0; i < m->count; i++) {
		const uint8_t *p = bytes + m->at[PLACES] + i * 8;
		const uint32_t pack = vv_get_be32(p);
		uint64_t offset = vv_get_be32(p + 4);

		if (larges > 0 && (offset & LARGE)) {
			offset &= ~LARGE;
			if (offset >= larges) return false;
			offset = vv_get_be64(bytes + m->at[LARGES] + offset * 8);
		}
		if (pack >= m->packs || !is_within(offset, m->sizes[pack])) return false;
	}
	return true;
}

static vv_status check_multi_open(multi *m, const vv_git_map *x, const char *dir, vv_error *err)
{
	bool known;
	vv_status rc;

	if (x->len < 12 + VV_SHA1_LEN || memcmp(x->bytes, "MIDX\1\1", 6) != 0) {
		return VV_OK; /* libgit2 refuses it, as it does another version */
	}
	m->packs = vv_get_be32(x->bytes + 8);
	if ((rc = multi_chunks(m, x, x->bytes[6], &known, err)) < 0 || !known) return rc;
	if (m->len[COUNTS] != FANOUT || !fanout_read(x->bytes + m->at[COUNTS], &m->count) ||
	    m->len[IDS] != (uint64_t)m->count * VV_SHA1_LEN ||
	    m->len[PLACES] != (uint64_t)m->count * 8 || m->len[LARGES] % 8 != 0) {
		return damaged_index(x->path, "its size does not match its tables", err);
	}
	if ((rc = multi_sizes(m, x, dir, err)) < 0) return rc;
	return multi_is_within(m, x->bytes) ? VV_OK : leads_beyond(x->path, err);
}

static vv_status check_multi(const char *dir, const char *path, vv_error *err)
{
	vv_auto(vv_git_map) x = {0};
	multi m = {0};
	vv_status rc = vv_git_map_open(&x, path, err);

	rc = rc < 0 ? rc : check_multi_open(&m, &x, dir, err);
	vv_free(m.sizes);
	return rc;
}

/* --- a folder, and its alternates --------------------------------------------- */

/* Which command repairs a file of another repository, which fsck here does not. git fails to make an
 * index again as long as it reads the damaged one. */
static void hint_elsewhere(const vv_folder *f, bool is_multi, vv_error *err)
{
	vv_auto(char) *pack = vv_asprintf("%.*s.pack", (int)(strlen(f->path) - strlen(".idx")),
					  f->path);

	vv_hint_clear(err);
	if (is_multi) {
		(void)vv_hint(err, "Git does not need this file: rm -f %s", vv_text_word(f->path));
	} else if (pack) {
		(void)vv_hint(err, "rm -f %s; git index-pack %s", vv_text_word(f->path),
			      vv_text_word(pack));
	}
}

static vv_status check_folder(void *payload, const char *objects, bool alternate, vv_error *err)
{
	const bool *own = payload;
	vv_auto(char) *dir = vv_path_join(objects, "pack", (char *)NULL);
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, dir, true, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		const bool is_multi = strcmp(f.name, VV_MULTI_PACK_INDEX) == 0;

		if (vv_path_ends(f.name, ".idx")) {
			rc = check_pack(dir, f.name, f.path, err);
		} else if (is_multi) {
			rc = check_multi(dir, f.path, err);
		}
		if (rc == VV_ENOTFOUND) { /* a gc took it away */
			rc = VV_OK;
		}
		if (rc == VV_ECORRUPT && (alternate || !*own)) {
			hint_elsewhere(&f, is_multi, err);
		}
	}
	return rc;
}

static vv_status folders_add(vv_string_list *l, char *take_path, vv_error *err)
{
	for (size_t i = 0; take_path && i < l->count; i++) {
		if (strcmp(l->items[i], take_path) == 0) {
			vv_free(take_path);
			return VV_OK;
		}
	}
	return vv_string_list_add(l, take_path, err);
}

static vv_status add_alternates(vv_string_list *folders, const char *of, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(of, "info/alternates", (char *)NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_read_regular(&text, path, ALTERNATES_MAX, err);

	for (vv_line l = {.rest = vv_buf_cstr(&text)}; rc == VV_OK && vv_line_next(&l);) {
		if (l.len > 0 && *l.text != '#') {
			vv_auto(char) *name = vv_strndup(l.text, l.len);

			rc = name ? folders_add(folders, vv_path_absolute(of, name), err)
				  : vv_fail_nomem(err);
		}
	}
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

vv_status vv_git_each_object_folder(const char *objects, vv_object_folder_fn fn, void *payload,
				    vv_error *err)
{
	vv_auto(vv_string_list) l = {0};
	size_t depth = 0, deeper = 1; /* the place of the first folder below this depth */
	vv_status rc = folders_add(&l, vv_strdup(objects), err);

	for (size_t i = 0; rc == VV_OK && i < l.count; i++) { /* alternates are added meanwhile */
		if (i == deeper) {
			depth++;
			deeper = l.count;
		}
		rc = fn(payload, l.items[i], i > 0, err);
		if (rc == VV_OK && depth < ALTERNATES_DEPTH) {
			rc = add_alternates(&l, l.items[i], err);
		}
	}
	return rc;
}

vv_status vv_git_packs_stay_within(const char *objects, bool own, vv_error *err)
{
	return vv_git_each_object_folder(objects, check_folder, &own, err);
}

/* --- checksums --------------------------------------------------------------- */

/* Hashes all of the file but its last 20 bytes, which go to end. false: it is shorter. */
static vv_status read_all(int fd, const char *path, vv_digest *sha, uint8_t end[VV_SHA1_LEN],
			  bool *whole, vv_error *err)
{
	vv_auto_free uint8_t *buf = vv_malloc(PIECE + VV_SHA1_LEN);
	size_t kept = 0;
	vv_status rc = buf ? VV_OK : vv_fail_nomem(err);
	ssize_t got = 0;

	while (rc == VV_OK && (got = vv_read_full(fd, buf + kept, PIECE, path, err)) > 0) {
		size_t have = kept + (size_t)got,
		       sure = have > VV_SHA1_LEN ? have - VV_SHA1_LEN : 0;

		rc = vv_digest_update(sha, buf, sure, err);
		kept = have - sure;
		memmove(buf, buf + sure, kept);
	}
	if (got < 0) {
		rc = (vv_status)got;
	}
	*whole = kept == VV_SHA1_LEN;
	if (rc == VV_OK && *whole) {
		memcpy(end, buf, VV_SHA1_LEN);
	}
	return rc;
}

static vv_status check_file(const char *path, bool *sound, vv_error *err)
{
	uint8_t end[VV_SHA1_LEN], digest[VV_SHA1_LEN];
	vv_auto(vv_digest) *sha = NULL;
	bool whole = false;
	vv_auto(vv_fd) fd = vv_open(path, O_RDONLY | O_NONBLOCK, 0, err);
	vv_status rc;

	*sound = true;
	if (fd < 0) {
		return fd == VV_ENOTFOUND ? VV_OK : (vv_status)fd; /* a gc took it away */
	}
	rc = vv_digest_new(&sha, VV_DIGEST_SHA1, err);
	rc = rc < 0 ? rc : read_all(fd, path, sha, end, &whole, err);
	if (rc == VV_OK && (rc = vv_digest_end(sha, digest, err)) == VV_OK) {
		*sound = whole && memcmp(end, digest, VV_SHA1_LEN) == 0;
	}
	return rc;
}

vv_status vv_git_packs_check(const char *objects, bool data, vv_pack_damaged_fn fn, void *payload,
			     vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(objects, "pack", (char *)NULL);
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_missing_ok(vv_folder_read(&f, dir, true, err), err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		bool index = vv_path_ends(f.name, ".idx") ||
			     strcmp(f.name, VV_MULTI_PACK_INDEX) == 0,
		     sound = true;

		if (!index && !(data && vv_path_ends(f.name, ".pack"))) {
			continue;
		}
		if ((rc = check_file(f.path, &sound, err)) == VV_OK && !sound) {
			rc = fn(payload, f.name, index, err);
		}
	}
	return rc;
}
