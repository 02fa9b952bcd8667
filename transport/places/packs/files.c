/*
 * files: the names of files in a store, in which order they come there, and when many lists are too many.
 */
#include "transport/places/packs/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/pack.h"
#include "repo/blocks/store.h"
#include "repo/git/blob.h"
#include "transport/places/at_once.h"

#define ASKED_ONE_BY_ONE 16u /* versions; listing costs a request for each 1,000 of them */
#define NAME_MAX_LEN 96u

const vv_place_mark vv_files_mark = {"format", "varve store 1\n", "blocks"};

/* --- reading --------------------------------------------------------------------------------- */

/* Where nothing but what is known by name can be had, absent looks as forbidden: the mark could be read. */
static bool is_absent(vv_status rc)
{
	return rc == VV_ENOTFOUND || rc == VV_EREFUSED;
}

vv_status vv_files_begin_anew(vv_host *h, vv_error *err)
{
	const vv_status rc = vv_host_forget_lists(h, err);

	h->anew = true;
	return rc;
}

static vv_status check_mark(const vv_host *h, const vv_buf *text, vv_error *err)
{
	const char *is = vv_buf_cstr(text);
	const vv_status rc = vv_text_check_mark(is, vv_files_mark.text, vv_text_url(h->url), err);

	if (rc == VV_ENOSUPPORT || (rc == VV_OK && strcmp(is, vv_files_mark.text) == 0)) return rc;
	vv_fail(err, VV_ECORRUPT, "the file '%s' of '%s' is damaged", vv_files_mark.file,
		vv_text_url(h->url));
	return vv_hint_code(err, VV_HINT_PUSH_BLOCKS);
}

vv_status vv_files_refresh(vv_host *h, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = VV_OK;

	vv_buf_puts(&text, h->place.mark);
	if (text.len == 0) {
		rc = vv_place_get(&h->place, vv_files_mark.file, 0, VV_PLACE_MARK_BYTES, &text,
				  err);
	}
	rc = rc < 0 ? rc : check_mark(h, &text, err);
	if (rc == VV_ECORRUPT && h->mends) {
		vv_notes_put(h->notes, "the file '%s' of '%s' is damaged, and is written again",
			     vv_files_mark.file, vv_text_url(h->url));
		rc = vv_place_put(&h->place, vv_files_mark.file, vv_files_mark.text,
				  strlen(vv_files_mark.text), err);
	}
	return rc < 0 ? rc : vv_host_forget_lists(h, err);
}

static vv_oid id_of(const uint8_t hash[VV_PACK_HASH_LEN])
{
	vv_oid id = {{0}};

	memcpy(id.id, hash, VV_PACK_HASH_LEN);
	return id;
}

/* The packs that this one's list names as its parts. */
static vv_status note_parts(vv_host *h, const vv_buf *bytes, vv_error *err)
{
	vv_host_list list;
	vv_status rc = vv_host_list_read(&list, bytes->data, bytes->len, err);

	if (rc < 0) return rc;
	for (size_t i = 0; i < list.part_count; i++) {
		const vv_cid key = vv_pack_key(list.parts + i * VV_PACK_HASH_LEN);
		if ((rc = vv_cid_set_add(h->joined, &key, &(bool){false}, err)) < 0) return rc;
	}
	return VV_OK;
}

/* The list of a pack into the catalog: from an earlier run, else from the place. *sound false: it is not there, or
 * damaged, or condemned. */
static vv_status load_list(vv_host *h, const char *hex, bool *sound, vv_error *err)
{
	uint8_t hash[VV_PACK_HASH_LEN];
	char name[NAME_MAX_LEN];
	vv_auto(char) *path = vv_host_list_path(h, hex);
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_host_list list;
	bool added;
	vv_status rc = path ? VV_OK : vv_fail_nomem(err);

	*sound = false;
	(void)vv_hex_read(hash, sizeof(hash), hex);
	const vv_cid key = vv_pack_key(hash);
	if (rc < 0 || vv_cid_set_has(h->listed, &key) || vv_host_is_ruin(h, hex) ||
	    vv_condemned_has(h->condemned.packs, &key)) {
		*sound = rc == VV_OK && vv_cid_set_has(h->listed, &key);
		return rc;
	}
	if (vv_read_file(&bytes, path, VV_HOST_LIST_BYTES, VV_IGNORED) < 0 ||
	    vv_host_list_read(&list, bytes.data, bytes.len, VV_IGNORED) < 0) {
		vv_buf_reset(&bytes);
		(void)snprintf(name, sizeof(name), "lists/%s.list", hex);
		rc = vv_place_get(&h->place, name, 0, VV_HOST_LIST_BYTES + 1, &bytes, err);
		if (rc < 0) return vv_error_excuse(rc, is_absent(rc), err);
		if ((rc = vv_write_file(path, vv_buf_cstr(&bytes), bytes.len, false, err)) < 0) {
			return rc;
		}
	}
	const vv_oid id = id_of(hash);
	if ((rc = vv_host_take_list(h, hex, &id, 0, &bytes, sound, err)) < 0 || !*sound) return rc;
	if ((rc = vv_cid_set_add(h->listed, &key, &added, err)) < 0) return rc;
	return note_parts(h, &bytes, err);
}

typedef struct bringing {
	vv_host *h;
	const vv_pack_names *lists;
	const vv_older_pack *older;
} bringing;

/* A list that is not here into its file; one that is absent, or damaged, is found out by load_list. */
static vv_status bring_list(void *payload, size_t i, vv_error *err)
{
	const bringing *b = payload;
	const size_t count = b->lists->count;
	const char *hex = i < count ? b->lists->items[i] : b->older[i - count].hex;
	uint8_t hash[VV_PACK_HASH_LEN];
	char name[NAME_MAX_LEN];
	vv_auto(char) *path = vv_host_list_path(b->h, hex);
	vv_auto(vv_buf) bytes = VV_BUF_INIT;

	if (!path) return vv_fail_nomem(err);
	(void)vv_hex_read(hash, sizeof(hash), hex);
	const vv_cid key = vv_pack_key(hash);
	if (b->h->anew ? vv_cid_set_has(b->h->listed, &key) : vv_exists(path)) return VV_OK;
	(void)snprintf(name, sizeof(name), "lists/%s.list", hex);
	vv_status rc = vv_place_get(&b->h->place, name, 0, VV_HOST_LIST_BYTES + 1, &bytes, err);
	return rc == VV_OK     ? vv_write_file(path, vv_buf_cstr(&bytes), bytes.len, false, err)
	       : is_absent(rc) ? vv_unlink(path, true, err)
			       : rc;
}

/* Those of older packs come with the others, and are not looked at. */
static vv_status take_lists(vv_host *h, const vv_pack_names *lists, const vv_older_pack *older,
			    size_t older_count, bool *sound, vv_error *err)
{
	bringing b = {h, lists, older};
	const vv_at_once all = {.threads = vv_place_gets(&h->place),
				.count = lists->count + older_count,
				.fn = bring_list,
				.payload = &b,
				.progress = h->progress,
				.what = "lists"};
	vv_status rc = vv_at_once_run(&all, err);
	bool fine;

	*sound = true;
	for (size_t i = 0; rc == VV_OK && i < lists->count; i++) {
		rc = load_list(h, lists->items[i], &fine, err);
		*sound = *sound && fine;
	}
	return rc;
}

vv_status vv_files_take_lists(vv_host *h, const vv_pack_names *lists, bool *sound, vv_error *err)
{
	return take_lists(h, lists, NULL, 0, sound, err);
}

vv_status vv_files_version(vv_host *h, const vv_cid *root, vv_version_packs *out, bool *sound,
			   vv_error *err)
{
	char name[VV_VERSION_NAME_LEN];
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	vv_version_file_name(name, root);
	if ((rc = vv_place_get(&h->place, name, 0, VV_VERSION_FILE_MAX, &text, err)) < 0) return rc;
	rc = vv_text_check_mark(vv_buf_cstr(&text), vv_version_mark, name, err);
	if (rc == VV_ENOSUPPORT) return vv_prefix(err, "%s", vv_text_url(h->url));
	return vv_version_file_read(out, root, vv_buf_cstr(&text), text.len, sound, err);
}

typedef struct reading {
	vv_host *h;
	const vv_cid *roots;
	vv_version_file *items;
} reading;

static vv_status read_version(void *payload, size_t i, vv_error *err)
{
	const reading *r = payload;
	vv_version_file *f = &r->items[i];
	const vv_status rc = vv_files_version(r->h, &r->roots[i], &f->names, &f->sound, err);

	f->there = rc == VV_OK;
	f->sound = f->there && f->sound;
	return vv_error_excuse(rc, is_absent(rc), err);
}

vv_status vv_files_versions(vv_host *h, const vv_cid *roots, size_t count, vv_version_file *items,
			    vv_error *err)
{
	reading r = {h, roots, items};
	const vv_at_once all = {.threads = vv_place_gets(&h->place),
				.count = count,
				.fn = read_version,
				.payload = &r,
				.progress = h->progress,
				.what = "versions"};
	return vv_at_once_run(&all, err);
}

static vv_status load_version(vv_host *h, const vv_cid *root, vv_error *err)
{
	vv_auto(vv_version_packs) v = {0};
	bool sound = true, added;

	if (vv_condemned_has(h->condemned.versions, root)) return VV_OK;
	vv_status rc = vv_files_version(h, root, &v, &sound, err);
	if (rc < 0) return vv_error_excuse(rc, is_absent(rc), err);
	if (sound && (rc = vv_seek_note(h, &v, err)) == VV_OK &&
	    (rc = vv_older_note(h, &v, err)) == VV_OK) {
		rc = take_lists(h, &v.packs, v.older, h->many && !h->anew ? v.older_count : 0,
				&sound, err);
	}
	return rc == VV_OK && sound ? vv_cid_set_add(h->versions, root, &added, err) : rc;
}

/* --- all of it ------------------------------------------------------------------------------- */

bool vv_files_is_version(const vv_listed *e, vv_cid *root)
{
	return e->size != UINT64_MAX && strlen(e->name) > VV_CID_TEXT &&
	       strcmp(e->name + VV_CID_TEXT, ".packs") == 0 &&
	       vv_cid_parse(root, e->name, VV_CID_TEXT, VV_IGNORED) == VV_OK;
}

/* A list that is there. */
typedef struct list_file {
	char hex[VV_HOST_NAME_LEN + 1];
	uint64_t size;
} list_file;

typedef struct looking {
	vv_host *h;
	list_file *files;
	size_t file_count, file_cap;
	vv_pack_names lists; /* of these, those that are read next */
	vv_cid *roots;       /* of versions whose files are to be read */
	size_t count, cap;
} looking;

static vv_status on_version(void *payload, const vv_listed *e, vv_error *err)
{
	looking *l = payload;
	vv_cid root;
	bool added;

	if (!vv_files_is_version(e, &root) || vv_condemned_has(l->h->condemned.versions, &root)) {
		return VV_OK;
	}
	if (!l->h->anew) return vv_cid_set_add(l->h->versions, &root, &added, err);
	return vv_array_add(l->roots, l->count, l->cap, root) ? VV_OK : vv_fail_nomem(err);
}

bool vv_files_is_pack(const vv_listed *e, const char *end, uint8_t hash[VV_PACK_HASH_LEN])
{
	if (e->size == UINT64_MAX || strlen(e->name) != VV_HOST_NAME_LEN + strlen(end) ||
	    strcmp(e->name + VV_HOST_NAME_LEN, end) != 0 ||
	    !vv_hex_is_lower(e->name, VV_HOST_NAME_LEN)) {
		return false;
	}
	(void)vv_hex_read(hash, VV_PACK_HASH_LEN, e->name);
	return true;
}

static bool has_pack(const vv_cid_set *set, const char *hex)
{
	uint8_t hash[VV_PACK_HASH_LEN];

	(void)vv_hex_read(hash, sizeof(hash), hex);
	const vv_cid key = vv_pack_key(hash);
	return vv_cid_set_has(set, &key);
}

static vv_status on_list(void *payload, const vv_listed *e, vv_error *err)
{
	looking *l = payload;
	uint8_t hash[VV_PACK_HASH_LEN];

	if (!vv_files_is_pack(e, ".list", hash)) return VV_OK;
	const vv_cid key = vv_pack_key(hash);
	if (vv_condemned_has(l->h->condemned.packs, &key)) return VV_OK;
	if (!vv_array_room(l->files, l->file_count, l->file_cap)) return vv_fail_nomem(err);
	list_file *f = &l->files[l->file_count++];
	vv_hex_write(f->hex, hash, sizeof(hash));
	f->size = e->size;
	return VV_OK;
}

static int compare_files(const void *a, const void *b)
{
	const list_file *x = a, *y = b;

	return x->size != y->size ? (x->size > y->size ? -1 : 1) : strcmp(x->hex, y->hex);
}

/* The list of a joined pack is longer than those of its parts, so longer ones come first, and of what they name the
 * lists need not come. */
#define SHORTER 8u

static vv_status take_all_lists(looking *l, bool *sound, vv_error *err)
{
	bool fine;
	vv_status rc;

	if (l->file_count > 0) {
		qsort(l->files, l->file_count, sizeof(*l->files), compare_files);
	}
	for (size_t i = 0; i < l->file_count;) {
		const uint64_t least = l->files[i].size / SHORTER;
		l->lists.count = 0;
		for (; i < l->file_count && l->files[i].size >= least; i++) {
			const char *hex = l->files[i].hex;
			const bool unread = !l->h->anew && has_pack(l->h->joined, hex);
			if ((rc = vv_pack_names_add(unread ? &l->h->unread : &l->lists, hex, err)) <
			    0) {
				return rc;
			}
		}
		if ((rc = vv_files_take_lists(l->h, &l->lists, &fine, err)) < 0) return rc;
		*sound = *sound && fine;
	}
	return VV_OK;
}

/* The lists that this left out, since a joined pack has their blocks: where something is lacking. */
static vv_status take_unread(vv_host *h, vv_error *err)
{
	bool sound;

	if (h->unread.count == 0) return VV_OK;
	const vv_status rc = vv_files_take_lists(h, &h->unread, &sound, err);

	h->unread.count = rc < 0 ? h->unread.count : 0;
	return rc;
}

vv_status vv_files_take_older(vv_host *h, vv_error *err)
{
	char hex[VV_HOST_NAME_LEN + 1];
	vv_pack_names names = {0};
	uint64_t len;
	bool ignored;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < vv_cid_map_count(h->older); i++) {
		if (vv_older_is_unread(h, i, &len)) {
			vv_hex_write(hex, vv_cid_map_cid(h->older, i)->digest, VV_PACK_HASH_LEN);
			rc = vv_pack_names_add(&names, hex, err);
		}
	}
	rc = rc < 0 ? rc : vv_files_take_lists(h, &names, &ignored, err);
	vv_free(names.items);
	if (rc < 0) return rc;
	vv_cid_map_free(h->older); /* what did not come is not there */
	return (h->older = vv_cid_map_new()) ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_files_take_parts(vv_host *h, vv_error *err)
{
	char hex[VV_HOST_NAME_LEN + 1];
	vv_pack_names names = {0};
	bool ignored;
	vv_status rc;

	if ((rc = vv_files_look_at_all(h, err)) < 0 || (rc = take_unread(h, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && !h->all && i < vv_cid_set_count(h->joined); i++) {
		const vv_cid *key = vv_cid_set_at(h->joined, i);
		if (!vv_cid_set_has(h->listed, key)) {
			vv_hex_write(hex, key->digest, VV_PACK_HASH_LEN);
			rc = vv_pack_names_add(&names, hex, err);
		}
	}
	rc = rc < 0 ? rc : vv_files_take_lists(h, &names, &ignored, err);
	vv_free(names.items);
	return rc;
}

static bool is_whole(const vv_host *h, const vv_version_file *f)
{
	bool whole = f->sound;

	for (size_t i = 0; whole && i < f->names.packs.count; i++) {
		whole = has_pack(h->listed, f->names.packs.items[i]);
	}
	return whole;
}

/* Those of which the file is sound, and all lists are. */
static vv_status judge_versions(looking *l, vv_error *err)
{
	vv_auto_free vv_version_file *files = vv_calloc(l->count + 1, sizeof(*files));
	vv_status rc = files ? vv_files_versions(l->h, l->roots, l->count, files, err)
			     : vv_fail_nomem(err);

	for (size_t i = 0; files && i < l->count; i++) {
		if (rc == VV_OK && is_whole(l->h, &files[i]) &&
		    (rc = vv_seek_note(l->h, &files[i].names, err)) == VV_OK) {
			rc = vv_cid_set_add(l->h->versions, &l->roots[i], &(bool){false}, err);
		}
		vv_version_packs_clear(&files[i].names);
	}
	return rc;
}

/* Versions first: the lists of one that is seen are seen, too. */
vv_status vv_files_look_at_all(vv_host *h, vv_error *err)
{
	looking l = {.h = h};
	bool sound = true;
	vv_status rc = VV_OK;

	if (h->all || h->unlistable) return VV_OK;
	rc = vv_place_list(&h->place, "versions", on_version, &l, err);
	if (rc == VV_OK) {
		rc = vv_place_list(&h->place, "lists", on_list, &l, err);
	}
	h->all = rc == VV_OK;
	h->unlistable = rc == VV_EREFUSED || rc == VV_ENOSUPPORT;
	rc = vv_error_excuse(rc, h->unlistable, err);
	rc = rc < 0 ? rc : take_all_lists(&l, &sound, err);
	if (rc == VV_OK && h->anew) {
		rc = judge_versions(&l, err);
	} else if (rc == VV_OK && !sound) { /* which versions needed it is in their files alone */
		vv_cid_set_free(h->versions);
		h->versions = vv_cid_set_new();
		rc = h->versions ? VV_OK : vv_fail_nomem(err);
		h->damaged_list = true;
	}
	vv_free_all(l.files, l.lists.items, l.roots);
	return rc;
}

static void pack_name(char out[NAME_MAX_LEN], const uint8_t hash[VV_PACK_HASH_LEN])
{
	char hex[VV_HOST_NAME_LEN + 1];

	vv_hex_write(hex, hash, VV_PACK_HASH_LEN);
	(void)snprintf(out, NAME_MAX_LEN, "packs/%s.pack", hex);
}

static vv_status on_unlisted(void *payload, const vv_listed *e, vv_error *err)
{
	looking *l = payload;
	uint8_t hash[VV_PACK_HASH_LEN];
	char hex[VV_HOST_NAME_LEN + 1];

	if (!vv_files_is_pack(e, ".pack", hash)) return VV_OK;
	vv_hex_write(hex, hash, sizeof(hash));
	const vv_cid key = vv_pack_key(hash);
	return has_pack(l->h->listed, hex) || vv_condemned_has(l->h->condemned.packs, &key)
		       ? VV_OK
		       : vv_pack_names_add(&l->lists, hex, err);
}

/* *made false: the pack is damaged, too. */
static vv_status make_list(vv_host *h, const char *hex, bool *made, vv_error *err)
{
	uint8_t hash[VV_PACK_HASH_LEN];
	char name[NAME_MAX_LEN];
	vv_auto(vv_buf) pack = VV_BUF_INIT, list = VV_BUF_INIT;

	*made = false;
	(void)vv_hex_read(hash, sizeof(hash), hex);
	pack_name(name, hash);
	vv_status rc = vv_place_get(&h->place, name, 0, VV_HOST_PACK_MAX, &pack, err);
	if (rc == VV_OK && vv_host_is_named_rightly(hash, &pack)) {
		rc = vv_host_list_of(&list, hash, vv_buf_cstr(&pack), pack.len, err);
	} else if (rc == VV_OK) {
		rc = VV_ECORRUPT;
	}
	if (rc < 0) return vv_error_excuse(rc, is_absent(rc) || rc == VV_ECORRUPT, err);
	(void)snprintf(name, sizeof(name), "lists/%s.list", hex);
	if ((rc = vv_place_put(&h->place, name, list.data, list.len, err)) < 0 ||
	    (rc = vv_host_keep_list(h, &list, hex, err)) < 0) {
		return rc;
	}
	vv_host_forget_ruins(h, hex);
	return load_list(h, hex, made, err);
}

vv_status vv_files_mend_lists(vv_host *h, vv_error *err)
{
	looking l = {.h = h};
	size_t again = 0;
	bool made = false;

	if (!h->all) return VV_OK;
	vv_status rc = vv_place_list(&h->place, "packs", on_unlisted, &l, err);
	for (size_t i = 0; rc == VV_OK && i < l.lists.count; i++) {
		rc = make_list(h, l.lists.items[i], &made, err);
		again += made;
		rc = rc == VV_OK && !made ? vv_host_note_ruin(h, 0, l.lists.items[i], err) : rc;
	}
	vv_free(l.lists.items);
	if (rc < 0 || again == 0) return rc;
	vv_notes_put(h->notes, "%s of '%s' %s missing or damaged: made again from %s",
		     vv_text_counted(again, "list", NULL), vv_text_url(h->url),
		     again == 1 ? "was" : "were", again == 1 ? "its pack" : "their packs");
	/* versions may be whole by these, and ruins are fewer */
	if ((rc = vv_files_begin_anew(h, err)) < 0) return rc;
	return vv_files_look_at_all(h, err);
}

vv_status vv_files_look(vv_host *h, const vv_cid *root, bool *there, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!vv_host_is_place(h)) { /* a ref has no files of versions: packs go children first */
		*there = vv_host_has(h, root);
		return VV_OK;
	}
	if (!h->all && !vv_cid_set_has(h->versions, root)) {
		rc = ++h->asked > ASKED_ONE_BY_ONE ? vv_files_look_at_all(h, err) : VV_OK;
	}
	if (rc == VV_OK && (!h->all || h->damaged_list) && !vv_cid_set_has(h->versions, root)) {
		rc = load_version(h, root, err);
	}
	*there = rc == VV_OK && vv_cid_set_has(h->versions, root);
	return rc;
}

static vv_status end_seek(vv_host *h, vv_error *err);

/* The newest version of a history comes last, and its file shows the others. */
vv_status vv_files_look_for(vv_host *h, const vv_cid *cids, size_t count, vv_error *err)
{
	bool there = true, lacks = false;
	vv_status rc = end_seek(h, err);

	h->many = count > ASKED_ONE_BY_ONE;
	for (size_t i = count; rc == VV_OK && i-- > 0;) {
		if (!vv_catalog_find(h->catalog, &cids[i], NULL, NULL) && i >= ASKED_ONE_BY_ONE) {
			rc = vv_files_take_older(h, err);
		}
		if (rc < 0 || vv_catalog_find(h->catalog, &cids[i], NULL, NULL)) {
			continue;
		}
		rc = cids[i].codec == VV_CODEC_DAG_CBOR ? vv_files_look(h, &cids[i], &there, err)
							: vv_files_look_at_all(h, err);
		if (rc == VV_OK && !there) { /* a version without a file, or no version's root */
			rc = vv_files_look_at_all(h, err);
		}
		lacks = lacks || !vv_catalog_find(h->catalog, &cids[i], NULL, NULL);
	}
	return rc == VV_OK && lacks ? take_unread(h, err) : rc;
}

/* All of it, which was fetched: what cannot be read is not there. */
static vv_status get_blob(vv_host *h, const vv_host_pack *p, vv_buf *out, vv_error *err)
{
	vv_status rc = vv_blob_read(h->scratch, &p->blob, VV_HOST_PACK_MAX, out, err);

	return rc < 0 && rc != VV_ENOMEM ? vv_recode(err, VV_ENOTFOUND) : rc;
}

vv_status vv_files_get_part(vv_host *h, const vv_host_pack *p, uint64_t from, uint64_t len,
			    vv_buf *out, vv_error *err)
{
	char name[NAME_MAX_LEN];
	const size_t before = out->len;

	if (!vv_host_is_place(h)) return get_blob(h, p, out, err);
	pack_name(name, p->hash);
	vv_status rc = vv_place_get(&h->place, name, from, len, out, err);
	if (rc == VV_OK && out->len - before < len) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' is cut short", name);
	}
	return rc == VV_EREFUSED ? vv_recode(err, VV_ENOTFOUND) : rc;
}

vv_status vv_files_shows_end(vv_host *h, const vv_host_pack *p, bool *shows, vv_error *err)
{
	uint8_t end[VV_PACK_TRAILER_LEN] = VV_PACK_END;
	char name[NAME_MAX_LEN];
	vv_auto(vv_buf) got = VV_BUF_INIT;

	*shows = false;
	if (p->len < sizeof(end)) return VV_OK;
	pack_name(name, p->hash);
	vv_status rc = vv_place_get(&h->place, name, p->len - sizeof(end), sizeof(end) + 1, &got,
				    err);
	if (rc < 0) return vv_error_excuse(rc, is_absent(rc), err);
	vv_put_le64(end + 8, p->blocks);
	vv_put_le64(end + 16, p->len);
	memcpy(end + 24, p->hash, VV_PACK_HASH_LEN);
	*shows = got.len == sizeof(end) && memcmp(vv_buf_cstr(&got), end, sizeof(end)) == 0;
	return VV_OK;
}

/* --- single blocks, by indexes ------------------------------------------------------------------ */

#define HEAD_BYTES ((size_t)16 << 10)

vv_status vv_seek_note(vv_host *h, const vv_version_packs *v, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < v->packs.count; i++) {
		if (*v->indexes.items[i] &&
		    (rc = vv_seek_add(h->seek, v->packs.items[i], v->indexes.items[i], err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* --- reading ------------------------------------------------------------------------------------- */

static void name_of(const vv_seek *s, size_t i, char out[NAME_MAX_LEN])
{
	(void)snprintf(out, NAME_MAX_LEN, "indexes/%s.index", s->names.items[i]);
}

/* What cannot be had of an index, or is damaged in it, makes it useless, and nothing fails. */
static vv_status give_up(vv_seek_file *f, vv_status rc, vv_error *err)
{
	const bool useless = is_absent(rc) || rc == VV_ECORRUPT;

	f->useless = f->useless || useless;
	return vv_error_excuse(rc, useless, err);
}

static vv_status read_head(vv_host *h, size_t i, vv_error *err)
{
	vv_seek_file *f = &h->seek->files[i];
	char name[NAME_MAX_LEN];
	vv_status rc;

	name_of(h->seek, i, name);
	if ((rc = vv_place_get(&h->place, name, 0, HEAD_BYTES, &f->head, err)) < 0 ||
	    (rc = vv_multi_index_begin(&f->m, f->head.data, f->head.len, err)) < 0) {
		return rc;
	}
	if (f->head.len < f->m.head_len &&
	    (rc = vv_place_get(&h->place, name, f->head.len, f->m.head_len - f->head.len, &f->head,
			       err)) < 0) {
		return rc;
	}
	return vv_multi_index_read(&f->m, f->head.data, f->head.len, err);
}

typedef struct asking {
	vv_host *h;
	const vv_cid *cid;
} asking;

static vv_status find_in(const asking *a, size_t i, vv_error *err)
{
	vv_seek_file *f = &a->h->seek->files[i];
	char name[NAME_MAX_LEN];
	vv_auto(vv_buf) part = VV_BUF_INIT;
	size_t packs[VV_MULTI_FOUND], len;
	uint64_t from;
	vv_status rc = f->head.len > 0 ? VV_OK : read_head(a->h, i, err);

	rc = rc < 0 ? rc : vv_multi_index_range(&f->m, a->cid, &from, &len, err);
	if (rc < 0 || len == 0) return rc;
	name_of(a->h->seek, i, name);
	if (from + len <= f->head.len) { /* a small one came with its head */
		vv_buf_put(&part, f->head.data + from, len);
		rc = vv_buf_ok(&part, err);
	} else {
		rc = vv_place_get(&a->h->place, name, from, len, &part, err);
	}
	if (rc == VV_OK) {
		f->found_count = vv_multi_index_find(&f->m, part.data, part.len, a->cid, packs);
	}
	for (size_t k = 0; k < f->found_count; k++) {
		memcpy(f->found[k], vv_multi_index_pack(&f->m, packs[k]), VV_PACK_HASH_LEN);
	}
	if (rc == VV_OK && part.len != len) {
		rc = vv_fail(err, VV_ECORRUPT, "an index of packs is cut short");
	}
	return rc;
}

static vv_status ask_index(void *payload, size_t i, vv_error *err)
{
	const asking *a = payload;
	vv_seek_file *f = &a->h->seek->files[i];

	f->found_count = 0;
	return f->useless ? VV_OK : give_up(f, find_in(a, i, err), err);
}

static vv_status open_files(vv_seek *s, vv_error *err)
{
	while (s->file_count < s->names.count) {
		if (!vv_array_add(s->files, s->file_count, s->file_cap,
				  (vv_seek_file){.head = VV_BUF_INIT})) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* The lists of the packs that indexes name for it. */
static vv_status ask_indexes(vv_host *h, const vv_cid *cid, vv_error *err)
{
	asking a = {h, cid};
	char hex[VV_HOST_NAME_LEN + 1];
	vv_pack_names packs = {0};
	bool sound;
	vv_status rc = open_files(h->seek, err);
	const vv_at_once all = {.threads = vv_place_gets(&h->place),
				.count = h->seek->file_count,
				.fn = ask_index,
				.payload = &a};

	rc = rc < 0 ? rc : vv_at_once_run(&all, err);
	for (size_t i = 0; rc == VV_OK && i < h->seek->file_count; i++) {
		const vv_seek_file *f = &h->seek->files[i];
		for (size_t k = 0; rc == VV_OK && k < f->found_count; k++) {
			vv_hex_write(hex, f->found[k], VV_PACK_HASH_LEN);
			rc = vv_pack_names_add(&packs, hex, err);
		}
	}
	rc = rc < 0 ? rc : vv_files_take_lists(h, &packs, &sound, err);
	vv_free(packs.items);
	return rc;
}

/* What a version names: lists of packs that no index has, whole. */
static vv_status open_version(vv_host *h, const vv_cid *root, vv_error *err)
{
	vv_version_packs v = {0};
	vv_pack_names whole = {0};
	bool sound = false, added;
	vv_status rc = vv_cid_set_add(h->seek->asked, root, &added, err);

	if (rc < 0 || !added) return rc;
	rc = vv_files_version(h, root, &v, &sound, err);
	rc = vv_error_excuse(rc, is_absent(rc), err);
	rc = rc == VV_OK && sound ? vv_seek_note(h, &v, err) : rc;
	for (size_t i = 0; rc == VV_OK && sound && i < v.packs.count; i++) {
		rc = vv_pack_names_add(*v.indexes.items[i] ? &h->seek->packs : &whole,
				       v.packs.items[i], err);
	}
	if (rc == VV_OK) {
		rc = vv_files_take_lists(h, &whole, &sound, err);
	}
	vv_free(whole.items);
	vv_version_packs_clear(&v);
	return rc;
}

/* A list that has it, into the catalog. */
static vv_status find_list(vv_host *h, const vv_cid *cid, bool *found, vv_error *err)
{
	vv_status rc = VV_OK;

	*found = vv_catalog_find(h->catalog, cid, NULL, NULL);
	if (!*found && h->seek->names.count > 0 && (rc = ask_indexes(h, cid, err)) == VV_OK) {
		*found = vv_catalog_find(h->catalog, cid, NULL, NULL);
	}
	if (rc < 0 || *found || cid->codec != VV_CODEC_DAG_CBOR ||
	    vv_cid_set_has(h->seek->asked, cid) || (rc = open_version(h, cid, err)) < 0) {
		return rc;
	}
	if (!vv_catalog_find(h->catalog, cid, NULL, NULL) && h->seek->names.count > 0) {
		rc = ask_indexes(h, cid, err);
	}
	*found = rc == VV_OK && vv_catalog_find(h->catalog, cid, NULL, NULL);
	return rc;
}

/* What its difference stands on in another pack; null: nothing, or it is here. */
static vv_status base_outside(vv_host *h, const vv_cid *cid, vv_cid *base, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_host_list list;
	size_t pack, at;

	memset(base, 0, sizeof(*base));
	(void)vv_catalog_find(h->catalog, cid, &pack, NULL);
	vv_status rc = vv_host_list_again(h, vv_catalog_pack(h->catalog, pack), &bytes, &list, err);
	if (rc == VV_OK && vv_host_list_find(&list, cid, &at)) {
		for (unsigned n = 0; n <= VV_CHAIN_MAX && at < list.count; n++) {
			at = vv_host_list_base_of(&list, at);
		}
		if (at >= list.count && at != VV_HOST_LIST_NONE) {
			vv_host_list_base(&list, at - list.count, base);
		}
		if (!vv_cid_is_null(base) && vv_store_has(h->main, base)) {
			memset(base, 0, sizeof(*base));
		}
	}
	return rc;
}

vv_status vv_seek_block(vv_host *h, const vv_cid *cid, bool *found, vv_error *err)
{
	vv_cid now = *cid;
	vv_status rc = VV_OK;

	*found = true;
	for (unsigned n = 0; n <= VV_CHAIN_MAX && !vv_cid_is_null(&now); n++) {
		if ((rc = find_list(h, &now, found, err)) < 0 || !*found) return rc;
		const vv_cid of = now;
		if ((rc = base_outside(h, &of, &now, err)) < 0) return rc;
	}
	return rc;
}

/* The other lists of the versions that vv_seek_block read, too: the catalog is what it would be without it. */
static vv_status end_seek(vv_host *h, vv_error *err)
{
	bool sound;
	vv_status rc = VV_OK;

	if (h->seek->packs.count > 0) {
		rc = vv_files_take_lists(h, &h->seek->packs, &sound, err);
		h->seek->packs.count = rc < 0 ? h->seek->packs.count : 0;
		rc = rc < 0 ? rc : vv_host_prefer_sound(h, err);
	}
	return rc;
}

/* --- writing --------------------------------------------------------------------------------- */

vv_status vv_files_remove_pack(vv_host *h, const char *hex, vv_error *err)
{
	char name[NAME_MAX_LEN];
	vv_status rc = VV_OK;

	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(name, sizeof(name), i == 0 ? "lists/%s.list" : "packs/%s.pack", hex);
		if ((rc = vv_missing_ok(vv_place_remove(&h->place, name, err), err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_files_remove_version(vv_host *h, const vv_cid *root, vv_error *err)
{
	char name[VV_VERSION_NAME_LEN];

	vv_version_file_name(name, root);
	return vv_missing_ok(vv_place_remove(&h->place, name, err), err);
}

vv_status vv_files_put(vv_host *h, const vv_host_commit *c, vv_error *err)
{
	char name[NAME_MAX_LEN];
	uint8_t hash[VV_PACK_HASH_LEN];
	bool sound;
	vv_status rc;

	if (h->sweeper && (rc = vv_sweeper_go_on(h->sweeper, false, err)) < 0) return rc;
	if (c->pack) {
		(void)snprintf(name, sizeof(name), "packs/%s.pack", c->name);
		if ((rc = vv_place_put(&h->place, name, c->pack->data, c->pack->len, err)) < 0) {
			return rc;
		}
		(void)snprintf(name, sizeof(name), "lists/%s.list", c->name);
		if ((rc = vv_place_put(&h->place, name, c->list->data, c->list->len, err)) < 0 ||
		    (rc = vv_host_keep_list(h, c->list, c->name, err)) < 0) {
			return rc;
		}
		(void)vv_hex_read(hash, sizeof(hash), c->name);
		const vv_oid id = id_of(hash);
		vv_host_forget_bad(h, &id);
		vv_host_forget_ruins(h, c->name);
		vv_host_note_sound(h, c->name, &id);
		if ((rc = load_list(h, c->name, &sound, err)) < 0) return rc;
	}
	for (size_t i = 0; i < c->removed_count; i++) {
		const char *hex = c->removed[i] + strlen(c->removed[i]) - VV_HOST_NAME_LEN;
		/* the same blocks make the same pack: it was written again just now */
		const bool again = c->pack && strcmp(hex, c->name) == 0;
		if (!again && (rc = vv_files_remove_pack(h, hex, err)) < 0) return rc;
	}
	return VV_OK;
}
