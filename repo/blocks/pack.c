/*
 * pack: a pack's two ends, its records by offset, and its index when that has to be made again.
 */
#include "repo/blocks/pack.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/coder.h"
#include "repo/blocks/record.h"

#define SCAN_LEN ((size_t)256 << 10)
#define HASH_HEX (2 * VV_PACK_HASH_LEN)
#define SECONDS_DIGITS 10
#define VERSION_AT 6u

static_assert(VV_PACK_HEADER_LEN == 8 && VV_PACK_TRAILER_LEN == 40,
	      "docs/formats/store.md: a pack");

/* ---- names ---- */

bool vv_pack_name_read(vv_pack_name *out, const char *name)
{
	uint64_t since;
	const char *dash;

	memset(out, 0, sizeof *out);
	if (strncmp(name, "aside-", 6) == 0) {
		name += 6;
		dash = strchr(name, '-');
		if (!dash || dash - name < SECONDS_DIGITS ||
		    !vv_parse_u64(&since, name, (size_t)(dash - name)) || since > INT64_MAX) {
			return false;
		}
		out->aside = true;
		out->since = (int64_t)since;
		name = dash + 1;
	} else if (strncmp(name, "pack-", 5) == 0) {
		name += 5;
	} else {
		return false;
	}
	return strlen(name) == HASH_HEX + 5 && strcmp(name + HASH_HEX, ".pack") == 0 &&
	       vv_hex_is_lower(name, HASH_HEX) && vv_hex_read(out->hash, VV_PACK_HASH_LEN, name);
}

bool vv_pack_name_equal(const vv_pack_name *a, const vv_pack_name *b)
{
	return a->aside == b->aside && a->since == b->since &&
	       memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

void vv_pack_name_write(char out[VV_PACK_NAME_MAX], const vv_pack_name *n, const char *ext)
{
	char hex[HASH_HEX + 1];

	vv_hex_write(hex, n->hash, VV_PACK_HASH_LEN);
	if (n->aside) {
		(void)snprintf(out, VV_PACK_NAME_MAX, "aside-%0*lld-%s.%s", SECONDS_DIGITS,
			       (long long)n->since, hex, ext);
	} else {
		(void)snprintf(out, VV_PACK_NAME_MAX, "pack-%s.%s", hex, ext);
	}
}

/* ---- damage ---- */

bool vv_pack_is_damaged(const vv_pack *p)
{
	return atomic_load(&p->damage) != NULL;
}

void vv_pack_set_damaged(vv_pack *p, uint64_t offset, const char *what_static)
{
	if (!vv_pack_is_damaged(p)) {
		atomic_store(&p->damage_at, offset);
		atomic_store(&p->damage, what_static);
	}
}

vv_status vv_pack_bad(const vv_pack *p, uint64_t offset, const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "pack '%s', offset %llu: %s", vv_text_shows(p->name),
		       (unsigned long long)offset, what);
}

/* ---- reading ---- */

vv_status vv_pack_read(const vv_pack *p, uint64_t offset, void *out, size_t len, vv_error *err)
{
	if (offset > p->stat.size || len > p->stat.size - offset) {
		return vv_pack_bad(p, offset, "the pack ends here, in the middle of a record", err);
	}
	ssize_t got = vv_pread_full(p->fd, out, len, offset, p->path, err);
	if (got < 0) return (vv_status)got;
	return (size_t)got == len
		       ? VV_OK
		       : vv_pack_bad(p, offset, "the pack was cut short while it was read", err);
}

vv_status vv_pack_front(const vv_pack *p, uint64_t offset, vv_record *out, void *first,
			size_t *have, vv_error *err)
{
	size_t len = *have;
	vv_status rc;

	if (offset < VV_PACK_HEADER_LEN || offset >= p->records_end) {
		return vv_pack_bad(p, offset, "no record can start here", err);
	}
	if (p->records_end - offset < len) {
		len = (size_t)(p->records_end - offset);
	}
	if ((rc = vv_pack_read(p, offset, first, len, err)) < 0) return rc;
	*have = len;
	const char *what = vv_record_parse(out, first, len, offset);
	if (!what && vv_record_len(out) > p->records_end - offset) {
		what = "the record reaches beyond the end of the pack";
	}
	return what ? vv_pack_bad(p, offset, what, err) : VV_OK;
}

vv_status vv_pack_record(const vv_pack *p, uint64_t offset, vv_record *out, vv_error *err)
{
	uint8_t peek[VV_RECORD_PEEK];
	size_t have = sizeof peek;

	return vv_pack_front(p, offset, out, peek, &have, err);
}

/* ---- scanning ---- */

typedef struct scanner {
	vv_pack *pack;
	const vv_pack_scan *scan;
	uint8_t *buf;
	uint64_t at;   /* where buf begins */
	size_t len;    /* bytes in buf */
	uint64_t next; /* where the next record starts */
	uint64_t count;
	bool parsed; /* all records so far were */
} scanner;

/* Parses the records that start in the bytes at hand. A header that does not
 * lie in them entirely is read for itself. */
static vv_status scan_records(scanner *s, vv_error *err)
{
	vv_record r;
	vv_status rc;

	while (s->parsed && s->next < s->at + s->len && s->next < s->pack->records_end) {
		size_t skip = (size_t)(s->next - s->at);

		if (s->len - skip >= VV_RECORD_HEADER_MAX &&
		    s->pack->records_end - s->next >= VV_RECORD_HEADER_MAX) {
			rc = vv_record_parse(&r, s->buf + skip, VV_RECORD_HEADER_MAX, s->next) ||
					     vv_record_len(&r) > s->pack->records_end - s->next
				     ? VV_ECORRUPT
				     : VV_OK;
		} else {
			rc = vv_pack_record(s->pack, s->next, &r, err);
		}
		if (rc == VV_ECORRUPT) {
			vv_pack_set_damaged(s->pack, s->next, "no intact record starts here");
			s->parsed = false;
			return VV_OK;
		}
		if (rc < 0 || (s->scan && s->scan->record &&
			       (rc = s->scan->record(s->scan->payload, &r, s->next, err)) < 0)) {
			return rc;
		}
		s->next += vv_record_len(&r);
		s->count++;
	}
	return VV_OK;
}

/* The part of the bytes at hand that belongs to the records. */
static vv_status pass_bytes(scanner *s, vv_error *err)
{
	uint64_t from = s->at, to = s->at + s->len;

	if (from < VV_PACK_HEADER_LEN) {
		from = VV_PACK_HEADER_LEN;
	}
	if (to > s->pack->records_end) {
		to = s->pack->records_end;
	}
	if (!s->scan || !s->scan->bytes || to <= from) return VV_OK;
	return s->scan->bytes(s->scan->payload, s->buf + (from - s->at), (size_t)(to - from), err);
}

static vv_status scan_file(scanner *s, vv_xxh3_state *hash, vv_error *err)
{
	uint64_t hashed = s->pack->stat.size - VV_PACK_HASH_LEN;
	vv_status rc;

	while (s->at < hashed) {
		s->len = hashed - s->at < SCAN_LEN ? (size_t)(hashed - s->at) : SCAN_LEN;
		if ((rc = vv_pack_read(s->pack, s->at, s->buf, s->len, err)) < 0) return rc;
		vv_xxh3_update(hash, s->buf, s->len);
		if ((rc = scan_records(s, err)) < 0 || (rc = pass_bytes(s, err)) < 0) return rc;
		s->at += s->len;
	}
	return VV_OK;
}

vv_status vv_pack_scan_all(vv_pack *p, const vv_pack_scan *scan, bool *sound, vv_error *err)
{
	scanner s = {.pack = p, .scan = scan, .next = VV_PACK_HEADER_LEN, .parsed = true};
	vv_auto(vv_xxh3_state) *hash = NULL;
	vv_auto_free uint8_t *buf = NULL;
	uint8_t found[VV_PACK_HASH_LEN];
	vv_status rc;

	*sound = false;
	if (p->stat.size < VV_PACK_HEADER_LEN + VV_PACK_TRAILER_LEN ||
	    p->records_end == p->stat.size) {
		return VV_OK;
	}
	s.buf = buf = vv_malloc(SCAN_LEN);
	hash = vv_xxh3_new(0);
	if (!s.buf || !hash) return vv_fail_nomem(err);
	rc = scan_file(&s, hash, err);
	if (rc == VV_ECORRUPT) {
		vv_pack_set_damaged(p, s.at, "it was cut short while it was read");
		return VV_OK;
	}
	if (rc < 0) return rc;
	vv_hash128_write(found, vv_xxh3_digest128(hash));
	if (memcmp(found, p->id.hash, sizeof found) != 0) {
		vv_pack_set_damaged(p, 0, "its content does not match its name, which is a hash");
	} else if (!s.parsed || s.next != p->records_end || s.count != p->count) {
		vv_pack_set_damaged(p, s.next, "its records are incomplete");
	} else {
		*sound = true;
	}
	return rc;
}

/* ---- making an index ---- */

typedef struct entries {
	vv_pack_index_entry *items;
	size_t count, cap;
} entries;

static void entries_clear(entries *e)
{
	vv_free(e->items);
}

VV_AUTO_CLEAR(entries, entries_clear)

static vv_status push_entry(void *payload, const vv_record *r, uint64_t offset, vv_error *err)
{
	entries *e = payload;

	return vv_array_add(e->items, e->count, e->cap,
			    (vv_pack_index_entry){vv_cid_prefix(&r->cid), offset})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* Is the record plausible? A difference's base may be in another pack, so only the frame's first
 * bytes are checked: reading it shows the rest. */
static vv_status check_record(vv_pack *p, vv_coder *c, const vv_record *r, const uint8_t *header,
			      uint64_t offset, uint8_t *raw, vv_error *err)
{
	size_t len = (size_t)r->stored_len + VV_RECORD_CHECKSUM_LEN;
	uint8_t *stored = vv_coder_room(c, len);
	uint8_t magic[4];
	vv_status rc;

	if (!stored) return vv_fail_nomem(err);
	if ((rc = vv_pack_read(p, offset + r->header_len, stored, len, err)) < 0) return rc;
	if (!vv_method_has_base(r->method)) {
		return vv_coder_unpack(c, r, header, stored, NULL, 0, raw, err);
	}
	vv_put_le32(magic, ZSTD_MAGICNUMBER);
	if (r->method == VV_METHOD_EDIT) {
		return *stored <= VV_EDITS_COMPRESSED
			       ? VV_OK
			       : vv_fail(err, VV_ECORRUPT, "no edits start here");
	}
	if (r->stored_len < sizeof magic || memcmp(stored, magic, sizeof magic) != 0) {
		return vv_fail(err, VV_ECORRUPT, "no difference starts here");
	}
	return VV_OK;
}

/* Collects the intact records of a damaged pack, from its start to where it is torn. One that fails
 * its check counts as torn off unless an intact one follows where it ends. */
static vv_status salvage_records(vv_pack *p, vv_coder *c, uint8_t *raw, entries *e, vv_error *err)
{
	uint8_t header[VV_RECORD_PEEK];
	uint64_t offset = VV_PACK_HEADER_LEN, tear = offset;
	size_t intact = 0, have;
	vv_record r;
	vv_status rc;

	for (;;) {
		have = sizeof header;
		rc = vv_pack_front(p, offset, &r, header, &have, err);
		if (rc == VV_ECORRUPT) {
			break;
		}
		if (rc < 0 || (rc = push_entry(e, &r, offset, err)) < 0) return rc;
		rc = check_record(p, c, &r, header, offset, raw, err);
		if (rc < 0 && rc != VV_ECORRUPT) return rc;
		offset += vv_record_len(&r);
		if (rc == VV_OK) {
			intact = e->count;
			tear = offset;
		}
	}
	e->count = intact;
	atomic_store(&p->damage_at, tear);
	return VV_OK;
}

static vv_status salvage_pack(vv_pack *p, entries *e, vv_error *err)
{
	vv_auto(vv_coder) *c = vv_coder_new(err);
	vv_auto_free uint8_t *raw = vv_malloc(VV_BLOCK_MAX);

	if (!c || !raw) return vv_fail_nomem(err);
	e->count = 0;
	return salvage_records(p, c, raw, e, err);
}

static vv_status encode_index(const vv_pack *p, entries *e, vv_pack_index **out, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc = vv_pack_index_encode(&bytes, p->id.hash, e->items, e->count, err);

	return rc < 0 ? rc : vv_pack_index_from(out, &bytes, p->id.hash, err);
}

/* *out NULL: the index in use should stay. For a damaged pack a good index has more than the pack
 * itself: also lost blocks. */
static vv_status make_index(vv_pack *p, vv_pack_index **out, vv_error *err)
{
	vv_pack_index *now = atomic_load(&p->index);
	vv_auto(entries) e = {NULL, 0, 0};
	vv_pack_scan scan = {NULL, push_entry, &e};
	bool sound = false;
	vv_status rc;

	if (!vv_pack_is_damaged(p) && (rc = vv_pack_scan_all(p, &scan, &sound, err)) < 0) return rc;
	if (!sound) {
		if (now && vv_pack_index_is_whole(now)) return VV_OK;
		rc = vv_pack_index_open(out, p->index_path, p->id.hash, true, err);
		if (rc == VV_OK || rc == VV_ENOMEM || (rc = salvage_pack(p, &e, err)) < 0) {
			return rc;
		}
	}
	return encode_index(p, &e, out, err);
}

static atomic_ulong rebuilds;

unsigned long vv_pack_rebuilds(void)
{
	return atomic_load(&rebuilds);
}

/* Under the lock. Happens at most twice: when a large one is read entirely, and
 * when it is made again. */
static void take_index(vv_pack *p, vv_pack_index *index)
{
	vv_pack_index *old = atomic_load(&p->index);

	if (old) {
		p->old_indexes[p->old_count++] = old;
	}
	atomic_store(&p->index, index);
	if (old) {
		(void)atomic_fetch_add(&rebuilds, 1);
	}
}

static vv_status rebuild_locked(vv_pack *p, vv_error *err)
{
	vv_pack_index *index = NULL;
	vv_status rc = VV_OK;

	if (!atomic_load(&p->rebuilt) && (rc = make_index(p, &index, err)) == VV_OK) {
		if (index) {
			take_index(p, index);
			atomic_store(&p->index_stored, false);
		}
		atomic_store(&p->rebuilt, true);
	}
	return rc;
}

vv_status vv_pack_rebuild(vv_pack *p, vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(p->lock);
	return rebuild_locked(p, err);
}

vv_status vv_pack_check_index(vv_pack *p, bool *changed, vv_error *err)
{
	vv_pack_index *index = NULL;
	vv_status rc = VV_OK;

	*changed = false;
	vv_auto(vv_locked) lock = vv_mutex_hold(p->lock);
	if (!vv_pack_index_is_whole(atomic_load(&p->index))) {
		rc = vv_pack_index_open(&index, p->index_path, p->id.hash, true, err);
		if (rc == VV_OK) {
			take_index(p, index);
		} else if (rc != VV_ENOMEM) {
			rc = rebuild_locked(p, err);
			*changed = rc == VV_OK;
		}
	}
	return rc;
}

vv_status vv_pack_store_index(vv_pack *p, vv_error *err)
{
	size_t len;
	const void *bytes = vv_pack_index_bytes(atomic_load(&p->index), &len);
	vv_status rc = vv_write_file_synced(p->index_path, bytes, len, err);

	if (rc == VV_OK) {
		atomic_store(&p->index_stored, true);
	}
	return rc;
}

/* ---- opening ---- */

/* The fault of the file's ends, or NULL. */
static const char *judge_trailer(vv_pack *p, const uint8_t trailer[VV_PACK_TRAILER_LEN])
{
	if (memcmp(trailer, VV_PACK_END, 8) != 0) {
		return "it does not end as a pack does: the file was cut short, or something was appended";
	}
	if (vv_get_le64(trailer + 16) != p->stat.size) return "its length does not match its end";
	if (memcmp(trailer + 24, p->id.hash, VV_PACK_HASH_LEN) != 0) {
		return "its end is damaged, or the file was renamed";
	}
	p->count = vv_get_le64(trailer + 8);
	p->records_end = p->stat.size - VV_PACK_TRAILER_LEN;
	return NULL;
}

/* Another format is refused; a damaged header that merely looks like one is damage. */
static vv_status judge_version(vv_pack *p, uint8_t version, vv_error *err)
{
	bool sound = false;
	vv_status rc;

	if (p->records_end == p->stat.size || (rc = vv_pack_scan_all(p, NULL, &sound, err)) < 0 ||
	    sound) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "pack '%s' has format %u, and this varve reads only format 1\n"
			       "upgrade varve to read it",
			       vv_text_shows(p->name), (unsigned)version);
	}
	return VV_OK;
}

static vv_status check_ends(vv_pack *p, vv_error *err)
{
	uint8_t header[VV_PACK_HEADER_LEN], trailer[VV_PACK_TRAILER_LEN];
	const char *what = NULL;
	vv_status rc;

	p->records_end = p->stat.size;
	if (p->stat.size < sizeof header + sizeof trailer) {
		vv_pack_set_damaged(p, p->stat.size, "it is cut short");
		return VV_OK;
	}
	if ((rc = vv_pack_read(p, 0, header, sizeof header, err)) < 0 ||
	    (rc = vv_pack_read(p, p->stat.size - sizeof trailer, trailer, sizeof trailer, err)) <
		    0) {
		return rc;
	}
	what = judge_trailer(p, trailer);
	if (memcmp(header, VV_PACK_HEADER, sizeof header) != 0) {
		if (memcmp(header, VV_PACK_HEADER, VERSION_AT) == 0 && header[VERSION_AT] > 1 &&
		    header[VERSION_AT + 1] == '\n' &&
		    (rc = judge_version(p, header[VERSION_AT], err)) < 0) {
			return rc;
		}
		vv_pack_set_damaged(p, 0, "its first bytes are not those of a pack");
	} else if (what) {
		vv_pack_set_damaged(p, p->stat.size, what);
	}
	return VV_OK;
}

/* From the index's file, or else from the pack itself. */
static vv_status load_index(vv_pack *p, bool whole, vv_error *err)
{
	vv_auto(vv_pack_index) *index = NULL;
	const vv_status rc = vv_pack_index_open(&index, p->index_path, p->id.hash, whole, err);

	if (rc == VV_OK &&
	    (p->records_end == p->stat.size || vv_pack_index_count(index) == p->count)) {
		atomic_store(&p->index, vv_take(&index));
		atomic_store(&p->index_stored, true);
		return VV_OK;
	}
	return rc == VV_ENOMEM ? rc : vv_pack_rebuild(p, err);
}

static vv_status open_pack(vv_pack *p, const char *dir, const char *name, bool whole, vv_error *err)
{
	char index_name[VV_PACK_NAME_MAX];
	vv_status rc;

	if (!vv_pack_name_read(&p->id, name)) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not a valid name of a pack",
			       vv_text_shows(name));
	}
	vv_pack_name_write(index_name, &p->id, "index");
	p->lock = vv_mutex_new();
	p->path = vv_path_join(dir, name, (char *)NULL);
	p->index_path = vv_path_join(dir, index_name, (char *)NULL);
	if (!p->lock || !p->path || !p->index_path) return vv_fail_nomem(err);
	p->name = vv_path_base(p->path);
	p->fd = vv_open(p->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, err);
	if (p->fd < 0) return (vv_status)p->fd;
	if ((rc = vv_fstat(&p->stat, p->fd, p->path, err)) < 0) return rc;
	if (!S_ISREG((mode_t)p->stat.mode)) {
		return vv_fail(err, VV_EINPUT, "'%s' is not a regular file",
			       vv_text_shows(p->path));
	}
	if ((rc = check_ends(p, err)) < 0) return rc;
	return load_index(p, whole, err);
}

vv_status vv_pack_open(vv_pack **out, const char *dir, const char *name, bool whole, vv_error *err)
{
	vv_auto(vv_pack) *p = vv_calloc(1, sizeof *p);

	if (!p) return vv_fail_nomem(err);
	*p = (vv_pack){.fd = -1, .refs = 1};
	vv_status rc = open_pack(p, dir, name, whole, err);
	return rc < 0 ? rc : vv_hand_over(out, &p);
}

void vv_pack_ref(vv_pack *p)
{
	(void)atomic_fetch_add(&p->refs, 1);
}

void vv_pack_unref(vv_pack *p)
{
	if (p && atomic_fetch_sub(&p->refs, 1) == 1) {
		vv_pack_index_close(atomic_load(&p->index));
		while (p->old_count > 0) {
			vv_pack_index_close(p->old_indexes[--p->old_count]);
		}
		(void)vv_close(p->fd, p->path, NULL);
		vv_mutex_free(p->lock);
		vv_free_all(p->path, p->index_path, p);
	}
}
