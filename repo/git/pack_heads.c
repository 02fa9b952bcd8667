/*
 * pack_heads: gitformat-pack(5): an object is a type and a size, for a difference its own, which begins with the
 * size of its result. Its base comes before it, or is named; the first of a chain has the type.
 *
 * All values of a pack are checked against the mapped bytes.
 */
#include "repo/git/pack_heads.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/git/pack_check.h"
#include "repo/git/pointer.h"

#define ASKED_MIN 32u /* objects, before packs are mapped */
#define PACKS_MAX 512u
#define CHAIN_MAX 10000u
#define FANOUT_AT 8u
#define IDS_AT (FANOUT_AT + 1024u)
#define NAMES (2u * GIT_OID_RAWSZ) /* the end of an index: the pack's checksum, and its own */
#define LARGE 0x80000000u
#define OFS_DELTA 6u
#define REF_DELTA 7u
#define DELTA_HEAD 20u /* two numbers of at most ten bytes */
#define DELTA_READ 4096u

typedef struct vv_pack_heads vv_pack_heads;

typedef struct pack {
	vv_git_map index, data;
	uint32_t count;
} pack;

struct vv_pack_heads {
	pack *list;
	size_t count, cap;
	bool gaps;            /* there are packs besides */
	_Atomic(size_t) last; /* where one was found */
};

/* --- the packs ------------------------------------------------------------------ */

/* Do the two belong together, and is the index one of the second form? */
static bool is_sound(pack *p)
{
	static const uint8_t second[FANOUT_AT] = {0xff, 't', 'O', 'c', 0, 0, 0, 2};
	const vv_git_map *x = &p->index, *d = &p->data;

	if (x->len < IDS_AT + NAMES || d->len < 12 + GIT_OID_RAWSZ ||
	    memcmp(x->bytes, second, sizeof(second)) != 0) {
		return false;
	}
	p->count = vv_get_be32(x->bytes + IDS_AT - 4);
	return (x->len - IDS_AT - NAMES) / (GIT_OID_RAWSZ + 8) >= p->count &&
	       memcmp(x->bytes + x->len - NAMES, d->bytes + d->len - GIT_OID_RAWSZ,
		      GIT_OID_RAWSZ) == 0;
}

static vv_status add_folder(void *payload, const char *objects, bool alternate VV_UNUSED,
			    vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(objects, "pack", NULL);
	vv_auto(vv_folder) f = {0};
	vv_pack_heads *h = payload;
	vv_status rc = dir ? vv_folder_read(&f, dir, true, err) : vv_fail_nomem(err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		pack p;

		if (!vv_path_ends(f.name, ".idx")) {
			continue;
		}
		if (h->count == PACKS_MAX) {
			h->gaps = true;
			break;
		}
		vv_auto(char) *data = vv_asprintf("%.*spack", (int)(strlen(f.path) - strlen("idx")),
						  f.path);
		if (!data || !vv_array_room(h->list, h->count, h->cap)) {
			return vv_fail_nomem(err);
		}
		(void)vv_git_map_open(&p.index, f.path, VV_IGNORED);
		(void)vv_git_map_open(&p.data, data, VV_IGNORED);
		p.index.path = p.data.path = NULL;
		if (is_sound(&p)) {
			h->list[h->count++] = p;
		} else {
			h->gaps = true;
			vv_git_map_close(&p.index);
			vv_git_map_close(&p.data);
		}
	}
	return rc;
}

static void heads_free(vv_pack_heads *h)
{
	if (!h) return;
	for (size_t i = 0; i < h->count; i++) {
		vv_git_map_close(&h->list[i].index);
		vv_git_map_close(&h->list[i].data);
	}
	vv_free_all(h->list, h);
}

VV_AUTO_FREE(vv_pack_heads, heads_free)

static vv_pack_heads *heads_open(const vv_repository *r, vv_error *err)
{
	vv_auto(vv_pack_heads) *h = vv_calloc(1, sizeof(*h));

	if (!h) {
		(void)vv_fail_nomem(err);
		return NULL;
	}
	if (vv_git_each_object_folder(r->objects, add_folder, h, err) < 0 ||
	    (r->came && add_folder(h, r->came, false, err) < 0)) {
		return NULL;
	}
	return vv_take(&h);
}

bool vv_git_packs_exceed(vv_repository *r, uint64_t bytes)
{
	vv_auto(vv_pack_heads) *h = heads_open(r, VV_IGNORED);
	uint64_t sum = 0;

	for (size_t i = 0; h && i < h->count; i++) {
		sum += h->list[i].data.len;
	}
	return sum > bytes;
}

static void close_heads(vv_repository *r)
{
	heads_free(r->heads);
}

/* --- an object ---------------------------------------------------------------- */

/* Where the pack has the object. */
static bool find_object(const pack *p, const uint8_t *id, uint64_t *at)
{
	const uint8_t *x = p->index.bytes, *fanout = x + FANOUT_AT + (size_t)id[0] * 4;
	const uint8_t *places = x + IDS_AT + (size_t)p->count * (GIT_OID_RAWSZ + 4);
	uint32_t low = id[0] > 0 ? vv_get_be32(fanout - 4) : 0, high = vv_get_be32(fanout);

	if (high > p->count) return false;
	while (low < high) {
		const uint32_t mid = low + (high - low) / 2;
		const int c = memcmp(id, x + IDS_AT + (size_t)mid * GIT_OID_RAWSZ, GIT_OID_RAWSZ);

		if (c == 0) {
			*at = vv_get_be32(places + (size_t)mid * 4);
			return *at < LARGE; /* beyond 2 GiB libgit2 reads it */
		}
		if (c < 0) {
			high = mid;
		} else {
			low = mid + 1;
		}
	}
	return false;
}

/* A number of seven bits a byte, after one of some bits; *p is past it. */
static bool read_number(const uint8_t **p, const uint8_t *end, unsigned shift, uint64_t *out)
{
	for (; *p < end && shift < 57; shift += 7) {
		const uint8_t byte = *(*p)++;

		*out |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) return true;
	}
	return false;
}

/* Inflates the first bytes at in, at most `room`; returns their number. */
static size_t inflate_some(uint8_t *out, size_t room, const uint8_t *in, size_t len)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)in,
		      .avail_in = len < DELTA_READ ? (uInt)len : DELTA_READ,
		      .next_out = out,
		      .avail_out = (uInt)room};

	if (inflateInit(&z) != Z_OK) return 0;
	const int code = inflate(&z, Z_SYNC_FLUSH);
	const size_t got = room - z.avail_out;
	(void)inflateEnd(&z);
	return code == Z_OK || code == Z_STREAM_END ? got : 0;
}

/* The size of a difference's result: its second number. */
static bool made_size(const uint8_t *in, size_t len, uint64_t *out)
{
	uint8_t head[DELTA_HEAD];
	const uint8_t *p = head, *end = head + inflate_some(head, sizeof(head), in, len);
	uint64_t before = 0;

	*out = 0;
	return read_number(&p, end, 0, &before) && read_number(&p, end, 0, out);
}

/* From one link of a chain to the next; *p is past it. False: it leads nowhere. */
static bool follow_link(const pack *k, unsigned kind, const uint8_t **p, const uint8_t *end,
			uint64_t *at)
{
	uint64_t back = 0;
	uint8_t byte = 0x80;

	if (kind == REF_DELTA) {
		const uint8_t *id = *p;

		if (end - id <= (ptrdiff_t)GIT_OID_RAWSZ) return false;
		*p += GIT_OID_RAWSZ;
		return find_object(k, id, at);
	}
	for (unsigned i = 0; (byte & 0x80) && i < 8; i++) {
		if (*p == end) return false;
		byte = *(*p)++;
		back = (i > 0 ? back + 1 : 0) << 7 | (byte & 0x7f);
	}
	if ((byte & 0x80) || back == 0 || back > *at) return false;
	*at -= back;
	return true;
}

/* An entry of a pack: its own type and size; *p is past them. */
static bool read_entry(const pack *k, uint64_t at, unsigned *kind, uint64_t *len, const uint8_t **p,
		       const uint8_t **end)
{
	if (at < 12 || at >= k->data.len - GIT_OID_RAWSZ) return false;
	*p = k->data.bytes + at;
	*end = k->data.bytes + k->data.len - GIT_OID_RAWSZ;
	*kind = **p >> 4 & 7;
	*len = **p & 0x0f;
	return !(*(*p)++ & 0x80) || read_number(p, *end, 4, len);
}

static bool is_whole(unsigned kind)
{
	return kind >= GIT_OBJECT_COMMIT && kind <= GIT_OBJECT_TAG;
}

static bool head_of(const pack *k, uint64_t at, git_object_t *type, uint64_t *size)
{
	const uint8_t *p, *end;
	unsigned kind;
	uint64_t len;

	for (unsigned links = 0; links < CHAIN_MAX; links++) {
		if (!read_entry(k, at, &kind, &len, &p, &end)) return false;
		if (links == 0) {
			*size = len;
		}
		if (is_whole(kind)) {
			*type = (git_object_t)kind;
			return true;
		}
		if (!follow_link(k, kind, &p, end, &at) ||
		    (links == 0 && !made_size(p, (size_t)(end - p), size))) {
			return false;
		}
	}
	return false;
}

/* The first step of a difference: out gets up to *count inserted bytes, and *count their number. 1: the result begins with
 * them; 0: this number is copied from the base's beginning; -1: neither. */
static int first_step(const uint8_t *in, size_t len, uint8_t out[VV_PACK_BEGIN], size_t *count,
		      uint64_t *made)
{
	uint8_t head[DELTA_HEAD + 1 + VV_PACK_BEGIN];
	const uint8_t *p = head, *end = head + inflate_some(head, sizeof(head), in, len);
	uint64_t skipped = 0, part[2] = {0, 0};

	*made = 0;
	if (!read_number(&p, end, 0, &skipped) || !read_number(&p, end, 0, made) || p == end) {
		return -1;
	}
	const uint8_t step = *p++;
	if (!(step & 0x80)) {
		*count = step < VV_PACK_BEGIN ? step : VV_PACK_BEGIN;
		if (step == 0 || end - p < (ptrdiff_t)*count) return -1;
		memcpy(out, p, *count);
		return 1;
	}
	for (unsigned bit = 0; bit < 7; bit++) { /* four bytes of an offset, three of a size */
		if (step & 1u << bit) {
			if (p == end) return -1;
			part[bit / 4] |= (uint64_t)*p++ << 8 * (bit % 4);
		}
	}
	*count = part[1] == 0 || part[1] >= VV_PACK_BEGIN ? VV_PACK_BEGIN : part[1];
	return part[0] == 0 ? 0 : -1;
}

#define SLOTS 8192u
#define LINKS 64u /* of a chain that are noted: git makes fewer */

typedef struct vv_pack_begin {
	uint64_t at; /* 0: none */
	size_t which;
	uint8_t bytes[VV_PACK_BEGIN];
} slot;

/* NULL: nothing is noted. */
static slot *slot_of(const vv_pack_begins *memo, size_t which, uint64_t at)
{
	return !memo ? NULL : &memo->slots[(at * 0x9e3779b97f4a7c15u >> 32 ^ which) % SLOTS];
}

static bool begin_of(const vv_pack_heads *h, size_t which, uint64_t at, const vv_pack_begins *memo,
		     uint8_t out[VV_PACK_BEGIN])
{
	const pack *k = &h->list[which];
	uint64_t passed[LINKS], len, made;
	size_t count = VV_PACK_BEGIN;
	const uint8_t *p, *end;
	unsigned kind, links;
	int done = 0;

	for (links = 0; done == 0 && links < LINKS; links++) {
		const slot *s = slot_of(memo, which, at);

		passed[links] = at;
		if (s && s->at == at && s->which == which) {
			memcpy(out, s->bytes, VV_PACK_BEGIN);
			done = 1;
		} else if (!read_entry(k, at, &kind, &len, &p, &end)) {
			return false;
		} else if (is_whole(kind)) {
			done = inflate_some(out, VV_PACK_BEGIN, p, (size_t)(end - p)) ==
					       VV_PACK_BEGIN
				       ? 1
				       : -1;
		} else if (!follow_link(k, kind, &p, end, &at)) {
			return false;
		} else {
			done = first_step(p, (size_t)(end - p), out, &count, &made);
			done = count < VV_PACK_BEGIN ? -1 : done;
		}
	}
	for (unsigned i = 0; memo && done == 1 && i < links; i++) {
		slot *s = slot_of(memo, which, passed[i]);

		s->at = passed[i];
		s->which = which;
		memcpy(s->bytes, out, VV_PACK_BEGIN);
	}
	return done == 1;
}

/* --- all packs ---------------------------------------------------------------- */

/* The packs, and the one that has the object; NULL: none, too few requests so far, or an error. */
static const vv_pack_heads *look_up(vv_repository *r, const git_oid *id, size_t *which,
				    uint64_t *at, vv_error *err)
{
	vv_pack_heads *h = atomic_load(&r->heads);

	if (!h) {
		if (atomic_fetch_add(&r->heads_asked, 1) != ASKED_MIN ||
		    !(h = heads_open(r, err))) {
			return NULL;
		}
		r->close_heads = close_heads;
		atomic_store(&r->heads, h);
	}
	const size_t last = atomic_load(&h->last);
	for (size_t i = 0; i < h->count; i++) {
		*which = i + last < h->count ? i + last : i + last - h->count;
		if (find_object(&h->list[*which], id->id, at)) {
			atomic_store(&h->last, *which);
			return h;
		}
	}
	return NULL;
}

int vv_pack_heads_find(vv_repository *r, const git_oid *id, git_object_t *type, uint64_t *size,
		       vv_error *err)
{
	uint64_t at;
	size_t which;
	vv_error why = {0};
	const vv_pack_heads *h = look_up(r, id, &which, &at, &why);
	if (why.code == VV_ENOMEM) return (int)vv_fail_nomem(err);
	return h && head_of(&h->list[which], at, type, size);
}

bool vv_pack_heads_begin(vv_repository *r, const git_oid *id, vv_pack_begins *memo,
			 uint8_t out[VV_PACK_BEGIN])
{
	uint64_t at;
	size_t which;
	const vv_pack_heads *h = look_up(r, id, &which, &at, VV_IGNORED);

	if (h && memo && !memo->slots) {
		memo->slots = vv_calloc(SLOTS, sizeof(slot));
	}
	if (!h || (memo && !memo->slots)) return false;
	return begin_of(h, which, at, memo, out);
}

/* --- is everything plain? ----------------------------------------------------- */

#define WALK_MIN 32u          /* commits: of fewer with parents elsewhere a walk takes no time */
#define OBJECTS_OF_COMMIT 64u /* of a walk with parents elsewhere: more cost more than the walk */
#define LOOSE_COST 16u        /* a file costs as much as this number of objects in a pack */
#define LOOSE_READ 256u
#define FANOUT_LEN 2u

/* An object, in the order of its pack. */
typedef struct met {
	uint32_t at, which; /* its place in the pack, and in the index */
	uint8_t type, count;
	uint8_t begin[VV_PACK_BEGIN]; /* of a blob, as far as count */
} met;

/* A pack's objects, each after its base. */
typedef struct survey {
	vv_repository *repo;
	const pack *pack;
	met *list;
	vv_pack_sum sum;
} survey;

static int by_place(const void *a, const void *b)
{
	const met *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* The base of an object; *p is after it. NULL: it does not precede the object. */
static const met *base_of(const survey *s, size_t i, unsigned kind, const uint8_t **p,
			  const uint8_t *end)
{
	uint64_t at = s->list[i].at;

	if (!follow_link(s->pack, kind, p, end, &at) || at >= s->list[i].at) return NULL;
	const met key = {.at = (uint32_t)at};
	return bsearch(&key, s->list, i, sizeof(key), by_place);
}

static bool meet_types(survey *s)
{
	const uint8_t *p, *end;
	const met *base = NULL;
	unsigned kind;
	uint64_t len;

	for (uint32_t i = 0; i < s->pack->count; i++) {
		const uint8_t *place = s->pack->index.bytes + IDS_AT +
				       (size_t)s->pack->count * (GIT_OID_RAWSZ + 4) + 4 * (size_t)i;

		s->list[i] = (met){.at = vv_get_be32(place), .which = i};
		if (s->list[i].at >= LARGE) return false;
	}
	qsort(s->list, s->pack->count, sizeof(*s->list), by_place);
	for (size_t i = 0; i < s->pack->count; i++) {
		if (!read_entry(s->pack, s->list[i].at, &kind, &len, &p, &end)) return false;
		if (!is_whole(kind) && !(base = base_of(s, i, kind, &p, end))) return false;
		s->list[i].type = is_whole(kind) ? (uint8_t)kind : base->type;
		s->sum.commits += s->list[i].type == GIT_OBJECT_COMMIT;
	}
	return true;
}

/* Where a difference does not show how the object begins. */
static bool read_begin(const survey *s, met *m)
{
	vv_auto(git_odb_object) *object = NULL;
	git_oid id;

	memcpy(id.id, s->pack->index.bytes + IDS_AT + (size_t)m->which * GIT_OID_RAWSZ,
	       GIT_OID_RAWSZ);
	if (git_odb_read(&object, s->repo->odb, &id) < 0) {
		git_error_clear();
		return false;
	}
	const size_t len = git_odb_object_size(object);
	m->count = (uint8_t)(len < VV_PACK_BEGIN ? len : VV_PACK_BEGIN);
	memcpy(m->begin, git_odb_object_data(object), m->count);
	return true;
}

static bool may_be_pointer(const uint8_t *begin, size_t count, uint64_t size)
{
	return size >= VV_POINTER_MIN && size <= VV_POINTER_MAX &&
	       vv_pointer_may_begin(begin, count);
}

static void add_blob(vv_pack_sum *sum, uint64_t size)
{
	sum->blob_bytes += size;
	sum->largest = size > sum->largest ? size : sum->largest;
}

static bool is_plain_blob(survey *s, size_t i)
{
	met *m = &s->list[i];
	const uint8_t *p, *end;
	const met *base;
	size_t count = 0;
	unsigned kind;
	uint64_t size;
	int first = 1;

	if (!read_entry(s->pack, m->at, &kind, &size, &p, &end)) return false;
	if (is_whole(kind)) {
		count = inflate_some(m->begin, VV_PACK_BEGIN, p, (size_t)(end - p));
	} else {
		if (!(base = base_of(s, i, kind, &p, end))) return false;
		first = first_step(p, (size_t)(end - p), m->begin, &count, &size);
		if (first == 0) {
			memcpy(m->begin, base->begin, VV_PACK_BEGIN);
			count = count < base->count ? count : base->count;
		}
	}
	m->count = (uint8_t)(first < 0 ? 0 : count);
	add_blob(&s->sum, size);
	return !may_be_pointer(m->begin, m->count, size) ||
	       (m->count < VV_PACK_BEGIN && read_begin(s, m) &&
		!may_be_pointer(m->begin, m->count, size));
}

/* "blob LENGTH", a NUL and the bytes, deflated; or another type. */
static bool is_plain_file(const char *path, vv_pack_sum *sum)
{
	uint8_t in[LOOSE_READ], head[32 + VV_PACK_BEGIN];
	uint64_t size = 0;
	vv_auto(vv_fd) fd = vv_open(path, O_RDONLY | O_NONBLOCK, 0, VV_IGNORED);

	if (fd < 0) return fd == VV_ENOTFOUND; /* by now in a pack */
	const ssize_t len = vv_read_full(fd, in, sizeof(in), path, VV_IGNORED);
	const size_t got = len > 0 ? inflate_some(head, sizeof(head), in, (size_t)len) : 0;
	const uint8_t *nul = memchr(head, '\0', got);
	if (!nul) return false;
	if (memcmp(head, "blob ", 5) != 0) return true;
	for (const uint8_t *d = head + 5; d < nul; d++) {
		if (*d < '0' || *d > '9') return false;
		size = size * 10 + (uint64_t)(*d - '0');
	}
	add_blob(sum, size);
	return !may_be_pointer(nul + 1, (size_t)(head + got - nul - 1), size);
}

/* The files of all folders of objects; left: the number of packed objects that they may still
 * outweigh. */
typedef struct files {
	uint64_t left;
	vv_pack_sum sum;
	bool plain;
} files;

static vv_status look_at_files(files *x, const char *dir, vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, dir, true, err);

	while (rc == VV_OK && x->plain && vv_folder_next(&f)) {
		if (strlen(f.name) != GIT_OID_HEXSZ - FANOUT_LEN) {
			continue;
		}
		x->plain = x->left >= LOOSE_COST && is_plain_file(f.path, &x->sum);
		x->left -= x->plain ? LOOSE_COST : 0;
		x->sum.alone = false;
	}
	return rc;
}

static vv_status look_at_folder(void *payload, const char *objects, bool alternate VV_UNUSED,
				vv_error *err)
{
	files *x = payload;
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, objects, true, err);

	while (rc == VV_OK && x->plain && vv_folder_next(&f)) {
		if (strlen(f.name) == FANOUT_LEN) {
			rc = look_at_files(x, f.path, err);
		}
	}
	return rc;
}

static bool survey_packs(vv_repository *r, const vv_pack_heads *h, uint64_t commits, met *list,
			 vv_pack_sum *sum)
{
	survey s = {.repo = r, .list = list, .sum = *sum};

	for (size_t i = 0; i < h->count; i++) { /* most fail here, soon */
		s.pack = &h->list[i];
		if (!meet_types(&s) || s.sum.commits / 2 > commits) return false;
	}
	const uint64_t met_commits = s.sum.commits;
	for (size_t i = 0; i < h->count; i++) {
		s.pack = &h->list[i];
		if (h->count > 1 && !meet_types(&s)) return false;
		for (size_t k = 0; k < s.pack->count; k++) {
			const bool is = s.list[k].type != GIT_OBJECT_BLOB || is_plain_blob(&s, k);
			if (!is) return false;
		}
	}
	*sum = s.sum;
	sum->commits = met_commits;
	return true;
}

/* Files first: what git packs meanwhile is in a pack then. */
int vv_pack_heads_plain(vv_repository *r, uint64_t commits, bool all, vv_pack_sum *out,
			vv_error *err)
{
	files x = {.left = commits * OBJECTS_OF_COMMIT, .sum.alone = true, .plain = true};
	uint64_t largest = 0, sum = 0;

	if ((!all && commits < WALK_MIN) || r->partial || r->stage ||
	    vv_env_get(r->env, "GIT_ALTERNATE_OBJECT_DIRECTORIES") ||
	    vv_git_each_object_folder(r->objects, look_at_folder, &x, VV_IGNORED) < 0 ||
	    (r->came && look_at_folder(&x, r->came, false, VV_IGNORED) < 0) || !x.plain) {
		return 0;
	}
	vv_error why = {0};
	vv_auto(vv_pack_heads) *h = heads_open(r, &why);
	if (why.code == VV_ENOMEM) return (int)vv_fail_nomem(err);
	for (size_t i = 0; h && i < h->count; i++) {
		largest = h->list[i].count > largest ? h->list[i].count : largest;
		sum += h->list[i].count;
	}
	if (!h || h->gaps || (!all && sum > x.left)) return 0;
	vv_auto_free met *list = vv_calloc(largest + 1, sizeof(*list));
	if (!list) return (int)vv_fail_nomem(err);
	x.sum.alone &= h->count == 1;
	if (!survey_packs(r, h, commits, list, &x.sum)) return 0;
	*out = x.sum;
	return 1;
}
