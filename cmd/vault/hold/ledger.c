/*
 * ledger: which records count.
 */
#include "cmd/vault/hold/ledger.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sync.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/hold/hold_name.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/reach.h"

#define FILES_MAX 1000000u
#define FUTURE_MAX (UINT64_C(400) * 366 * 86400) /* how wrong a clock may be, in seconds */

struct vv_ledger {
	char *dir;
	vv_cid vault; /* null: not known yet */
	vv_arena arena;
	vv_ledger_entry *files; /* sorted by name */
	size_t count, cap;
	uint64_t bytes; /* of all files */
	vv_ledger_record **counting;
	size_t counting_count, counting_cap;
	vv_cid_map *by_cid;   /* of those that count: place in counting */
	vv_cid_set *received; /* receipts whose holders' signatures were checked */
	vv_ledger_author *authors;
	size_t author_count, author_cap;
	bool stale;   /* files changed since counting was made */
	bool bridged; /* records count whatever is missing before them */
	vv_file_batch later;
	/* Names of files that begin with "~" still: of later, and of an earlier run; and of those that follow nothing. */
	vv_string_list unnamed, loose;
	bool failed; /* to become durable, and why */
	vv_error why;
};

static const char *author_part(char did[VV_DID_TEXT], const uint8_t key[VV_KEY_PUBLIC])
{
	vv_did_text(did, key);
	return did + 8; /* after "did:key:" */
}

void vv_ledger_name(char out[VV_LEDGER_NAME], const vv_ledger_record *r)
{
	char did[VV_DID_TEXT];

	(void)snprintf(out, VV_LEDGER_NAME, "%s/%010llu-%s", author_part(did, r->author),
		       (unsigned long long)r->sequence, vv_cid_shows(&r->cid));
}

const vv_cid *vv_ledger_vault(const vv_ledger *l)
{
	return &l->vault;
}

/* --- files ---------------------------------------------------------------------------------- */

/* Where the name is, or would be. */
static bool find_file(const vv_ledger *l, const char *name, size_t *at)
{
	*at = vv_first_place(i, l->count, strcmp(l->files[i].name, name) < 0);
	return *at < l->count && strcmp(l->files[*at].name, name) == 0;
}

bool vv_ledger_has(const vv_ledger *l, const char *name)
{
	size_t at;
	return find_file(l, name, &at);
}

size_t vv_ledger_file_count(const vv_ledger *l)
{
	return l->count;
}

const vv_ledger_entry *vv_ledger_file_at(const vv_ledger *l, size_t i)
{
	return &l->files[i];
}

vv_status vv_ledger_file(const vv_ledger *l, const char *name, vv_buf *out, vv_error *err)
{
	size_t at;

	if (!find_file(l, name, &at)) {
		return vv_fail(err, VV_ENOTFOUND, "the ledger has no record '%s'",
			       vv_text_shows(name));
	}
	vv_buf_put(out, l->files[at].bytes, l->files[at].len);
	return vv_buf_ok(out, err);
}

/* "<author>/~<rest>", below the folder; owned by the caller. */
static char *unnamed_path(const vv_ledger *l, const char *name)
{
	const size_t author = strcspn(name, "/") + 1;

	return vv_asprintf("%s/%.*s~%s", l->dir, (int)author, name, name + author);
}

static vv_status read_file(const vv_ledger *l, const char *name, vv_buf *out, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(l->dir, name, (char *)NULL);
	vv_auto(char) *unnamed = unnamed_path(l, name);

	if (!path || !unnamed) return vv_fail_nomem(err);
	const vv_status rc = vv_read_regular(out, path, VV_LEDGER_RECORD_MAX, err);
	return rc == VV_ENOTFOUND ? vv_read_regular(out, unnamed, VV_LEDGER_RECORD_MAX, err) : rc;
}

/* The record in bytes that live as long as the arena, which must match its name. vouched: a record that follows it,
 * whose signature was checked, names it by its CID. */
static vv_status read_named(vv_ledger_record *r, vv_arena *arena, const char *name,
			    const void *bytes, size_t len, const vv_cid_set *vouched, vv_error *err)
{
	const char *cid = strrchr(name, '-');
	char wanted[VV_LEDGER_NAME];
	vv_cid digest;
	vv_status rc;

	/* First what needs no reading: bytes that are not the named ones would be called anything. */
	if (len <= VV_SIGNATURE) {
		return vv_fail(err, VV_ECORRUPT, "the record has only %zu bytes", len);
	}
	if ((rc = vv_cid_of(&digest, VV_CODEC_DAG_CBOR, (const uint8_t *)bytes + VV_SIGNATURE,
			    len - VV_SIGNATURE, err)) < 0) {
		return rc;
	}
	if (!cid || strcmp(cid + 1, vv_cid_shows(&digest)) != 0) {
		return vv_fail(err, VV_ECORRUPT, "it does not match its name");
	}
	rc = vouched && vv_cid_set_has(vouched, &digest)
		     ? vv_ledger_record_read_checked(r, arena, bytes, len, err)
		     : vv_ledger_record_read(r, arena, bytes, len, err);
	if (rc < 0) return rc;
	r->cid = digest;
	vv_ledger_name(wanted, r);
	return strcmp(wanted, name) == 0 ? VV_OK
					 : vv_fail(err, VV_ECORRUPT, "it does not match its name");
}

vv_status vv_ledger_check(const vv_ledger *l, const char *name, const void *bytes, size_t len,
			  vv_error *err)
{
	vv_auto(vv_arena) arena = {0};
	vv_ledger_record r;
	vv_status rc;

	if ((rc = read_named(&r, &arena, name, bytes, len, NULL, err)) == VV_OK &&
	    !vv_cid_equal(vv_cid_is_null(&r.vault) ? &r.cid : &r.vault, &l->vault)) {
		rc = vv_fail(err, VV_ECORRUPT, "it is a record of another vault");
	}
	return rc;
}

vv_status vv_ledger_check_file(const vv_ledger *l, size_t i, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc = read_file(l, l->files[i].name, &bytes, err);

	return rc < 0 ? rc : vv_ledger_check(l, l->files[i].name, bytes.data, bytes.len, err);
}

/* Files in memory a record that was read from bytes that live as long as the ledger does. */
static vv_status file_record(vv_ledger *l, const char *name, vv_ledger_record *r,
			     const uint8_t *bytes, size_t len, vv_error *err)
{
	const vv_cid *vault = vv_cid_is_null(&r->vault) ? &r->cid : &r->vault;
	size_t at;
	char *owned;

	if (vv_cid_is_null(&l->vault)) {
		l->vault = *vault;
	}
	if (!vv_cid_equal(vault, &l->vault)) {
		return vv_fail(
			err, VV_ECORRUPT,
			"the record is of another vault\n'vault.id' in .varveconfig names the vault of this clone: if a commit of another clone changed this setting, set it back; else move .git/varve/vault away");
	}
	if (find_file(l, name, &at)) return VV_OK;
	if (l->count >= FILES_MAX) {
		return vv_fail(err, VV_EREFUSED, "the ledger already has the maximum of %s",
			       vv_text_counted(FILES_MAX, "record", NULL));
	}
	if (!vv_array_room(l->files, l->count, l->cap) || !(owned = vv_strdup(name))) {
		return vv_fail_nomem(err);
	}
	memmove(&l->files[at + 1], &l->files[at], (l->count - at) * sizeof(*l->files));
	l->files[at] = (vv_ledger_entry){
		.name = owned, .bytes = bytes, .len = len, .number = l->count, .record = r};
	l->count++;
	l->bytes += len;
	l->stale = true;
	return VV_OK;
}

static vv_status add_record(vv_ledger *l, const char *name, const void *bytes, size_t len,
			    vv_error *err)
{
	uint8_t *copy = vv_arena_alloc(&l->arena, len + 1);
	vv_ledger_record *r = vv_arena_calloc(&l->arena, 1, sizeof(*r));

	if (!copy || !r) return vv_fail_nomem(err);
	if (len > 0) {
		memcpy(copy, bytes, len);
	}
	vv_status rc = read_named(r, &l->arena, name, copy, len, NULL, err);
	return rc < 0 ? rc : file_record(l, name, r, copy, len, err);
}

/* --- what counts ------------------------------------------------------------------------------ */

static vv_status count_record(vv_ledger *l, vv_ledger_record *r, vv_error *err)
{
	vv_status rc;

	if (!vv_array_room(l->counting, l->counting_count, l->counting_cap)) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_cid_map_put(l->by_cid, &r->cid, l->counting_count, NULL, err)) == VV_OK) {
		l->counting[l->counting_count++] = r;
	}
	return rc;
}

/* One author's files, from first on; *end is after them. In a fork both branches count as far as
 * they are connected; the head is the end of the longer one. */
static vv_status count_author(vv_ledger *l, size_t first, size_t *end, vv_error *err)
{
	const uint8_t *key = l->files[first].record->author;
	size_t i;
	vv_status rc;

	if (!vv_array_add(l->authors, l->author_count, l->author_cap, (vv_ledger_author){0})) {
		return vv_fail_nomem(err);
	}
	vv_ledger_author *a = &l->authors[l->author_count - 1];
	memcpy(a->key, key, VV_KEY_PUBLIC);
	for (i = first; i < l->count && memcmp(l->files[i].record->author, key, VV_KEY_PUBLIC) == 0;
	     i++) {
		vv_ledger_record *r = l->files[i].record;
		const vv_ledger_record *other = i > first ? l->files[i - 1].record : NULL;
		size_t at;
		bool follows = r->sequence == 0 || l->bridged ||
			       (vv_cid_map_find(l->by_cid, &r->previous, &at) &&
				l->counting[vv_cid_map_value(l->by_cid, at)]->sequence + 1 ==
					r->sequence &&
				memcmp(l->counting[vv_cid_map_value(l->by_cid, at)]->author, key,
				       VV_KEY_PUBLIC) == 0);

		if (other && other->sequence == r->sequence && !a->fork[0]) {
			a->fork[0] = other;
			a->fork[1] = r;
		}
		if (!follows) {
			a->waiting++;
			continue;
		}
		if ((rc = count_record(l, r, err)) < 0) return rc;
		a->head = !a->head || r->sequence > a->head->sequence ? r : a->head;
	}
	*end = i;
	return VV_OK;
}

static vv_status refresh_records(vv_ledger *l, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!l->stale) return VV_OK;
	l->counting_count = l->author_count = 0;
	vv_cid_map_reset(l->by_cid);
	for (size_t i = 0; rc == VV_OK && i < l->count;) {
		rc = count_author(l, i, &i, err);
	}
	l->stale = rc < 0;
	return rc;
}

/* The record of the file at `at` came last. Where it only follows its author's head that is all there is to
 * work out. */
static vv_status extend_author(vv_ledger *l, size_t at, bool was_stale, vv_error *err)
{
	vv_ledger_record *r = l->files[at].record;
	const bool alone = (at == 0 ||
			    memcmp(l->files[at - 1].record->author, r->author, VV_KEY_PUBLIC) !=
				    0 ||
			    l->files[at - 1].record->sequence < r->sequence) &&
			   (at + 1 == l->count ||
			    memcmp(l->files[at + 1].record->author, r->author, VV_KEY_PUBLIC) != 0);
	vv_status rc;

	vv_array_each(l->authors, !was_stale && alone ? l->author_count : 0, a) {
		if (memcmp(a->key, r->author, VV_KEY_PUBLIC) == 0 && a->head && a->waiting == 0 &&
		    a->head->sequence + 1 == r->sequence &&
		    vv_cid_equal(&a->head->cid, &r->previous)) {
			if ((rc = count_record(l, r, err)) == VV_OK) {
				a->head = r;
				l->stale = false;
			}
			return rc;
		}
	}
	return refresh_records(l, err);
}

vv_status vv_ledger_bridge(vv_ledger *l, vv_error *err)
{
	l->bridged = l->stale = true;
	return refresh_records(l, err);
}

size_t vv_ledger_count(const vv_ledger *l)
{
	return l->counting_count;
}

const vv_ledger_record *const *vv_ledger_records(const vv_ledger *l)
{
	return (const vv_ledger_record *const *)l->counting;
}

const vv_ledger_record *vv_ledger_find(const vv_ledger *l, const vv_cid *cid)
{
	size_t at;

	return vv_cid_map_find(l->by_cid, cid, &at) ? l->counting[vv_cid_map_value(l->by_cid, at)]
						    : NULL;
}

size_t vv_ledger_author_count(const vv_ledger *l)
{
	return l->author_count;
}

const vv_ledger_author *vv_ledger_authors(const vv_ledger *l)
{
	return l->authors;
}

const vv_ledger_author *vv_ledger_author_of(const vv_ledger *l, const uint8_t key[VV_KEY_PUBLIC])
{
	return vv_array_find(l->authors, l->author_count, a,
			     memcmp(a->key, key, VV_KEY_PUBLIC) == 0);
}

/* --- open, take, write ------------------------------------------------------------------------- */

static bool is_record_name(const char *name)
{
	return strspn(name, "0123456789") == 10 && name[10] == '-' &&
	       strlen(name + 11) == VV_CID_TEXT;
}

bool vv_ledger_is_name(const char *name)
{
	const char *slash = strchr(name, '/');
	return slash && is_record_name(slash + 1);
}

/* Does the record follow one that is here? Its number is after all of the author's here. */
static bool follows_record(const vv_ledger *l, const char *name, const vv_ledger_record *r)
{
	size_t at;

	(void)find_file(l, name, &at);
	while (at > 0 && memcmp(l->files[at - 1].record->author, r->author, VV_KEY_PUBLIC) == 0 &&
	       l->files[at - 1].record->sequence + 1 >= r->sequence) {
		if (vv_cid_equal(&l->files[--at].record->cid, &r->previous)) return true;
	}
	return r->sequence == 0;
}

/* Loads a file whose name begins with "~", after the files before it. */
static vv_status load_unnamed(vv_ledger *l, const char *name, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_auto(vv_arena) arena = {0};
	vv_ledger_record r;
	vv_auto(char) *path = unnamed_path(l, name);
	vv_status rc = read_file(l, name, &bytes, VV_IGNORED);

	bool fits = rc == VV_OK &&
		    read_named(&r, &arena, name, bytes.data, bytes.len, NULL, VV_IGNORED) ==
			    VV_OK &&
		    follows_record(l, name, &r);
	rc = vv_string_list_add(fits ? &l->unnamed : &l->loose, vv_strdup(name), err);
	if (rc == VV_OK && fits) {
		rc = add_record(l, name, bytes.data, bytes.len, err);
	}
	if (rc == VV_OK && fits) { /* who was killed may not have synced its folder */
		rc = path ? vv_file_batch_keep(&l->later, path, err) : vv_fail_nomem(err);
	}
	return rc;
}

/* A file of an author's. */
typedef struct found {
	char name[VV_LEDGER_NAME];
	uint8_t *bytes; /* live as long as the ledger */
	size_t len;
	vv_ledger_record *record;
} found;

static vv_status read_found(vv_ledger *l, found *f, vv_buf *bytes, vv_error *err)
{
	vv_buf_reset(bytes);
	vv_status rc = read_file(l, f->name, bytes, err);
	if (rc < 0) return rc;
	f->len = bytes->len;
	f->bytes = vv_arena_alloc(&l->arena, f->len + 1);
	f->record = vv_arena_calloc(&l->arena, 1, sizeof(*f->record));
	if (!f->bytes || !f->record) return vv_fail_nomem(err);
	memcpy(f->bytes, vv_buf_cstr(bytes), f->len);
	return VV_OK;
}

/* From the last one on: each signature covers all records before it, since they are chained by their CIDs. So that of
 * the last one is checked, and of those that no other one names. */
static vv_status load_chain(vv_ledger *l, found *list, size_t count, vv_error *err)
{
	vv_auto(vv_cid_set) *vouched = vv_cid_set_new();
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc;
	if (!vouched) return vv_fail_nomem(err);
	for (size_t i = count; i > 0; i--) {
		found *f = &list[i - 1];
		if ((rc = read_found(l, f, &bytes, err)) < 0 ||
		    (rc = read_named(f->record, &l->arena, f->name, f->bytes, f->len, vouched,
				     err)) < 0) {
			if (rc != VV_ENOMEM) {
				vv_prefix(err, "the record '%s' of %s", strchr(f->name, '/') + 1,
					  vv_text_shows(l->dir));
			}
			if (rc == VV_ECORRUPT) {
				vv_hint(err,
					"remove the file; the next 'varve vault replicate' gets it from the holders (with --adopt if this machine's key wrote it)");
			}
			return rc;
		}
		if (!vv_cid_is_null(&f->record->previous) &&
		    (rc = vv_cid_set_add(vouched, &f->record->previous, NULL, err)) < 0) {
			return rc;
		}
	}
	vv_array_each(list, count, it) {
		if ((rc = file_record(l, it->name, it->record, it->bytes, it->len, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Names that begin with "~" come last. */
static vv_status load_author(vv_ledger *l, const char *author, vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(l->dir, author, (char *)NULL);
	vv_auto_free found *list = NULL;
	vv_auto(vv_string_list) names = {0};
	size_t chain = 0;
	bool left = false;
	vv_status rc = dir ? vv_list_dir(&names.items, &names.count, dir, err) : vv_fail_nomem(err);

	if (rc < 0) return rc;
	if (!(list = vv_calloc(names.count + 1, sizeof(*list)))) return vv_fail_nomem(err);
	vv_array_each(names.items, names.count, it) {
		left = left || strncmp(*it, VV_WRITE_TEMP, sizeof(VV_WRITE_TEMP) - 1) == 0;
		if (is_record_name(*it)) { /* other files are from a killed writer */
			const int n = snprintf(list[chain].name, sizeof(list[chain].name), "%s/%s",
					       author, *it);
			chain += n > 0 && (size_t)n < sizeof(list[chain].name);
		}
	}
	if (left) {
		vv_temp_sweep(dir, VV_WRITE_TEMP);
	}
	if ((rc = load_chain(l, list, chain, err)) < 0) return rc;
	vv_array_each(names.items, names.count, it) {
		char name[VV_LEDGER_NAME];
		const int n = snprintf(name, sizeof(name), "%s/%s", author, *it + 1);
		if (**it == '~' && is_record_name(*it + 1) && n > 0 && (size_t)n < sizeof(name) &&
		    (rc = load_unnamed(l, name, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status load_files(vv_ledger *l, vv_error *err)
{
	vv_auto(vv_string_list) names = {0};
	vv_status rc = vv_list_dir(&names.items, &names.count, l->dir, err);

	if (rc < 0) return rc;
	vv_array_each(names.items, names.count, name) {
		if (**name == 'z' && (rc = load_author(l, *name, err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_ledger_open(vv_ledger **out, const char *dir, const vv_cid *vault, vv_error *err)
{
	vv_auto(vv_ledger) *l = vv_calloc(1, sizeof(*l));

	*out = NULL;
	if (!l || !(l->dir = vv_strdup(dir)) || !(l->by_cid = vv_cid_map_new()) ||
	    !(l->received = vv_cid_set_new())) {
		return vv_fail_nomem(err);
	}
	l->vault = *vault;
	vv_status rc = vv_exists(dir) ? load_files(l, err) : VV_OK;
	if (rc == VV_OK) {
		rc = refresh_records(l, err);
	}
	if (rc < 0) return rc;
	return vv_hand_over(out, &l);
}

void vv_ledger_close(vv_ledger *l)
{
	if (l) {
		(void)vv_ledger_sync(
			l, VV_IGNORED); /* nothing that is lost here was reported as stored */
		vv_file_batch_clear(&l->later);
		vv_string_list_clear(&l->unnamed);
		vv_string_list_clear(&l->loose);
		vv_array_clear(l->files, l->count, f, vv_free(f->name));
		vv_cid_set_free(l->received);
		vv_free_all(l->counting, l->authors);
		vv_cid_map_free(l->by_cid);
		vv_arena_clear(&l->arena);
		vv_free_all(l->dir, l);
	}
}

vv_status vv_ledger_add(vv_ledger *l, const char *name, const void *bytes, size_t len,
			vv_error *err)
{
	if (!vv_ledger_is_name(name)) {
		return vv_fail(err, VV_ECORRUPT, "'%s' is not the name of a record",
			       vv_text_shows(name));
	}
	if (vv_ledger_has(l, name)) return VV_OK;
	return add_record(l, name, bytes, len, err);
}

uint64_t vv_ledger_bytes(const vv_ledger *l)
{
	return l->bytes;
}

/* Adds the record in a file unless it is damaged. One that cannot be read may be valid: it counts as damaged if the caller
 * counts these, and otherwise fails, since the other records alone may have another meaning. */
static vv_status add_file(vv_ledger *l, const char *name, const char *path, vv_buf *bytes,
			  uint64_t *damaged, vv_error *err)
{
	vv_buf_reset(bytes);
	vv_status rc = vv_read_regular(bytes, path, VV_LEDGER_RECORD_MAX, err);
	bool ends = rc == VV_ENOMEM || (rc == VV_EIO && !damaged);
	if (rc == VV_OK) {
		rc = vv_ledger_add(l, name, vv_buf_cstr(bytes), bytes->len, err);
		ends = rc == VV_ENOMEM || rc == VV_EREFUSED;
	}
	if (damaged && !ends) {
		*damaged += rc < 0;
	}
	return vv_error_excuse(rc, !ends, err);
}

static vv_status add_author(vv_ledger *l, const char *dir, const char *author, uint64_t *damaged,
			    vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc = vv_folder_read(&f, dir, true, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		vv_auto(char) *name = vv_path_join(author, f.name, (char *)NULL);
		if (!name) return vv_fail_nomem(err);
		if (is_record_name(f.name)) {
			rc = add_file(l, name, f.path, &bytes, damaged, err);
		}
	}
	return rc;
}

vv_status vv_ledger_add_folder(vv_ledger *l, const char *dir, uint64_t *damaged, vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, dir, true, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		if (f.kind != VV_ENTRY_FILE && f.kind != VV_ENTRY_LINK &&
		    vv_hold_is_author(f.name, strlen(f.name))) {
			rc = add_author(l, f.path, f.name, damaged, err);
		}
	}
	return rc;
}

vv_status vv_ledger_settle(vv_ledger *l, vv_error *err)
{
	return refresh_records(l, err);
}

vv_status vv_ledger_take(vv_ledger *l, const char *name, const void *bytes, size_t len,
			 vv_error *err)
{
	const bool was_stale = l->stale;
	vv_auto(char) *path = NULL;
	size_t at;
	vv_status rc;

	/* First this: a record that could not be written is in memory all the same. */
	if (l->failed) return vv_error_copy(err, &l->why);
	if (vv_ledger_has(l, name)) return VV_OK;
	if ((rc = vv_ledger_add(l, name, bytes, len, err)) < 0) return rc;
	rc = (path = unnamed_path(l, name)) ? vv_file_batch_add(&l->later, path, bytes, len, err)
					    : vv_fail_nomem(err);
	if (rc == VV_OK && (rc = vv_string_list_add(&l->unnamed, vv_strdup(name), err)) == VV_OK) {
		rc = find_file(l, name, &at) ? extend_author(l, at, was_stale, err)
					     : refresh_records(l, err);
	}
	if (rc < 0) {
		/* It is in memory, and will not be on the disk. */
		l->failed = true;
		l->why = *err;
	}
	return rc;
}

/* All of them are durable. Which name they have does not matter after a power cut. */
static vv_status name_all(vv_ledger *l, vv_error *err)
{
	vv_status rc = VV_OK;

	while (rc == VV_OK && l->unnamed.count > 0) {
		char *name = l->unnamed.items[l->unnamed.count - 1];
		vv_auto(char) *from = unnamed_path(l, name),
			      *to = vv_path_join(l->dir, name, (char *)NULL);
		rc = from && to ? vv_rename(from, to, err) : vv_fail_nomem(err);
		if (rc == VV_OK) {
			vv_free(name);
			l->unnamed.count--;
		}
	}
	return rc;
}

static void remove_loose(vv_ledger *l)
{
	while (l->loose.count > 0) {
		vv_auto(char) *name = l->loose.items[--l->loose.count],
			      *path = unnamed_path(l, name);
		if (path) {
			(void)vv_unlink(path, true, NULL);
		}
	}
}

vv_status vv_ledger_sync(vv_ledger *l, vv_error *err)
{
	vv_status rc;

	if (l->failed) return vv_error_copy(err, &l->why);
	if (l->later.count == 0 && l->unnamed.count == 0) return VV_OK;
	remove_loose(l);
	if ((rc = vv_file_batch_finish(&l->later, err)) < 0 || (rc = name_all(l, err)) < 0) {
		l->failed = true;
		l->why = *err;
	}
	return rc;
}

bool vv_ledger_is_received(const vv_ledger *l, const vv_ledger_record *receipt,
			   const vv_ledger_record *place)
{
	if (vv_cid_equal(&receipt->link, &place->cid) &&
	    vv_cid_set_has(l->received, &receipt->cid)) {
		return true;
	}
	if (vv_receipt_check(receipt, place, VV_IGNORED) < 0) return false;
	if (place->has_key) {
		/* One that cannot be noted is checked again: no more than that. */
		(void)vv_cid_set_add(l->received, &receipt->cid, NULL, VV_IGNORED);
	}
	return true;
}

/* A record's time is after that of every record that its author has: so records of several machines are in
 * causal order, whatever their clocks. A time too far in the future does not count. */
static uint64_t time_now(const vv_ledger *l, const uint8_t key[VV_KEY_PUBLIC])
{
	uint64_t time = (uint64_t)vv_now_sec();
	uint64_t limit = time + FUTURE_MAX;
	vv_array_each(l->counting, l->counting_count, it) {
		const vv_ledger_record *r = *it;
		const bool own = memcmp(r->author, key, VV_KEY_PUBLIC) == 0;
		if (r->time < limit && r->time + !own > time) {
			time = r->time + !own;
		}
	}
	return time;
}

vv_status vv_ledger_write_later(vv_ledger *l, vv_ledger_record *r, const vv_key *author,
				const vv_ledger_record **out, vv_error *err)
{
	const vv_ledger_author *a = vv_ledger_author_of(l, author->public_key);
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	char name[VV_LEDGER_NAME];
	vv_status rc;

	r->time = time_now(l, author->public_key);
	r->vault = l->vault;
	r->sequence = a && a->head ? a->head->sequence + 1 : 0;
	memset(&r->previous, 0, sizeof(r->previous));
	if (a && a->head) {
		r->previous = a->head->cid;
	}
	if ((rc = vv_ledger_record_sign(&bytes, r, author, err)) == VV_OK) {
		vv_ledger_name(name, r);
		rc = vv_ledger_take(l, name, bytes.data, bytes.len, err);
	}
	if (rc == VV_OK && out) {
		*out = vv_ledger_find(l, &r->cid);
		assert(*out);
	}
	return rc;
}

vv_status vv_ledger_write(vv_ledger *l, vv_ledger_record *r, const vv_key *author,
			  const vv_ledger_record **out, vv_error *err)
{
	vv_status rc = vv_ledger_write_later(l, r, author, out, err);
	return rc < 0 ? rc : vv_ledger_sync(l, err);
}
