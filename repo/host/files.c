/*
 * files: knows the names of files in a store, and in which order they come there.
 */
#include "repo/host/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/store.h"
#include "repo/host/at_once.h"

#define ASKED_ONE_BY_ONE 16u /* versions; listing costs a request for each 1,000 of them */
#define VERSION_HEAD "varve version 1\n"
#define VERSION_MAX ((size_t)4 << 20)
#define NAME_MAX_LEN 96u

const vv_place_mark vv_files_mark = {"format", "varve store 1\n", "blocks"};

/* --- reading --------------------------------------------------------------------------------- */

/* Where nothing but what is known by name can be had, absent looks as forbidden: the mark could be read. */
static bool is_absent(vv_status rc)
{
	return rc == VV_ENOTFOUND || rc == VV_EREFUSED;
}

vv_status vv_files_begin(vv_host *h, vv_error *err)
{
	vv_catalog_free(h->catalog);
	vv_cid_set_free(h->versions);
	vv_cid_set_free(h->listed);
	vv_cid_set_free(h->pieces);
	h->catalog = vv_catalog_new();
	h->versions = vv_cid_set_new();
	h->listed = vv_cid_set_new();
	h->pieces = vv_cid_set_new();
	h->all = h->damaged_list = false;
	h->asked = 0;
	return h->catalog && h->versions && h->listed && h->pieces ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_files_refresh(vv_host *h, vv_error *err)
{
	vv_buf text = VV_BUF_INIT;
	vv_status rc = vv_place_get(&h->place, vv_files_mark.file, 0, 64, &text, err);

	if (rc == VV_OK && strcmp(vv_buf_cstr(&text), vv_files_mark.text) != 0) {
		vv_fail(err, VV_ENOSUPPORT, "'%s' is no store of blocks that this varve can read",
			vv_text_url(h->url));
		rc = vv_hint(err, "its file '%s' begins with '%.*s'; a newer varve may know it",
			     vv_files_mark.file,
			     (int)strcspn(vv_text_shows(vv_buf_cstr(&text)), "\n"),
			     vv_text_shows(vv_buf_cstr(&text)));
	}
	vv_buf_clear(&text);
	return rc < 0 ? rc : vv_files_begin(h, err);
}

static vv_oid id_of(const uint8_t hash[VV_PACK_HASH_LEN])
{
	vv_oid id = {{0}};

	memcpy(id.id, hash, VV_PACK_HASH_LEN);
	return id;
}

/* The list of a pack into the catalog: from an earlier run, else from the place. *sound false: it is not there, or
 * damaged, or condemned. */
static vv_status load_list(vv_host *h, const char *hex, bool *sound, vv_error *err)
{
	uint8_t hash[VV_PACK_HASH_LEN];
	char name[NAME_MAX_LEN];
	char *path = vv_host_list_path(h, hex);
	vv_buf bytes = VV_BUF_INIT;
	vv_host_list list;
	vv_error why;
	bool added;
	vv_status rc = path ? VV_OK : vv_fail_nomem(err);

	*sound = false;
	(void)vv_hex_read(hash, sizeof(hash), hex);
	const vv_cid key = vv_pack_key(hash);
	if (rc < 0 || vv_cid_set_has(h->listed, &key) ||
	    vv_condemned_has(h->condemned.packs, &key)) {
		*sound = rc == VV_OK && vv_cid_set_has(h->listed, &key);
		goto done;
	}
	if (vv_read_file(&bytes, path, VV_HOST_LIST_BYTES, &why) < 0 ||
	    vv_host_list_read(&list, bytes.data, bytes.len, &why) < 0) {
		vv_buf_reset(&bytes);
		(void)snprintf(name, sizeof(name), "lists/%s.list", hex);
		rc = vv_place_get(&h->place, name, 0, VV_HOST_LIST_BYTES + 1, &bytes, &why);
		if (is_absent(rc)) {
			rc = VV_OK;
			goto done;
		}
		if (rc < 0) {
			*err = why;
			goto done;
		}
		rc = vv_write_file(path, vv_buf_cstr(&bytes), bytes.len, false, err);
	}
	const vv_oid id = id_of(hash);
	if (rc == VV_OK && (rc = vv_host_take_list(h, hex, &id, 0, &bytes, sound, err)) == VV_OK &&
	    *sound) {
		rc = vv_cid_set_add(h->listed, &key, &added, err);
	}
done:
	vv_buf_clear(&bytes);
	vv_free(path);
	return rc;
}

vv_status vv_pack_names_add(vv_pack_names *n, const char *hex, vv_error *err)
{
	if (!vv_array_room(n->items, n->count, n->cap)) return vv_fail_nomem(err);
	memcpy(n->items[n->count], hex, VV_HOST_NAME_LEN);
	n->items[n->count++][VV_HOST_NAME_LEN] = '\0';
	return VV_OK;
}

typedef struct bringing {
	vv_host *h;
	const vv_pack_names *lists;
} bringing;

/* A list that is not here into its file; one that is absent, or damaged, is found out by load_list. */
static vv_status bring_list(void *payload, size_t i, vv_error *err)
{
	const bringing *b = payload;
	const char *hex = b->lists->items[i];
	char name[NAME_MAX_LEN], *path = vv_host_list_path(b->h, hex);
	vv_buf bytes = VV_BUF_INIT;
	vv_error why;
	vv_status rc = path ? VV_OK : vv_fail_nomem(err);

	if (rc == VV_OK && !vv_exists(path)) {
		(void)snprintf(name, sizeof(name), "lists/%s.list", hex);
		rc = vv_place_get(&b->h->place, name, 0, VV_HOST_LIST_BYTES + 1, &bytes, &why);
		if (rc == VV_OK) {
			rc = vv_write_file(path, vv_buf_cstr(&bytes), bytes.len, false, err);
		} else if (is_absent(rc)) {
			rc = VV_OK;
		} else {
			*err = why;
		}
	}
	vv_buf_clear(&bytes);
	vv_free(path);
	return rc;
}

vv_status vv_files_take_lists(vv_host *h, const vv_pack_names *lists, bool *sound, vv_error *err)
{
	bringing b = {h, lists};
	const vv_at_once all = {.threads = vv_place_gets(&h->place),
				.count = lists->count,
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

/* One line for each pack; false: it is something else. */
static bool next_pack(const char **p, char hex[VV_HOST_NAME_LEN + 1])
{
	if (strcspn(*p, "\n") != VV_HOST_NAME_LEN || !vv_hex_is_lower(*p, VV_HOST_NAME_LEN) ||
	    (*p)[VV_HOST_NAME_LEN] != '\n') {
		return false;
	}
	memcpy(hex, *p, VV_HOST_NAME_LEN);
	hex[VV_HOST_NAME_LEN] = '\0';
	*p += VV_HOST_NAME_LEN + 1;
	return true;
}

static void version_name(char out[NAME_MAX_LEN], const vv_cid *root)
{
	char text[VV_CID_TEXT + 1];

	vv_cid_text(text, root);
	(void)snprintf(out, NAME_MAX_LEN, "versions/%s.packs", text);
}

vv_status vv_files_version(vv_host *h, const vv_cid *root, vv_pack_names *out, bool *sound,
			   vv_error *err)
{
	char name[NAME_MAX_LEN], hex[VV_HOST_NAME_LEN + 1];
	const size_t head = sizeof(VERSION_HEAD) - 1;
	vv_buf text = VV_BUF_INIT;
	vv_status rc;

	version_name(name, root);
	if ((rc = vv_place_get(&h->place, name, 0, VERSION_MAX, &text, err)) == VV_OK) {
		const char *p = vv_buf_cstr(&text), *end = p + text.len;
		*sound = text.len > head && memcmp(p, VERSION_HEAD, head) == 0;
		for (p += head; rc == VV_OK && *sound && p < end;) {
			if ((*sound = next_pack(&p, hex))) {
				rc = vv_pack_names_add(out, hex, err);
			}
		}
	}
	vv_buf_clear(&text);
	return rc;
}

static vv_status load_version(vv_host *h, const vv_cid *root, vv_error *err)
{
	vv_pack_names packs = {0};
	vv_error why;
	bool sound = true, added;
	vv_status rc;

	if (vv_condemned_has(h->condemned.versions, root)) return VV_OK;
	rc = vv_files_version(h, root, &packs, &sound, &why);
	if (is_absent(rc)) {
		rc = VV_OK;
		goto done;
	}
	if (rc < 0) {
		*err = why;
		goto done;
	}
	if (sound) {
		rc = vv_files_take_lists(h, &packs, &sound, err);
	}
	if (rc == VV_OK && sound) {
		rc = vv_cid_set_add(h->versions, root, &added, err);
	}
done:
	vv_free(packs.items);
	return rc;
}

/* --- all of it ------------------------------------------------------------------------------- */

bool vv_files_is_version(const vv_listed *e, vv_cid *root)
{
	vv_error ignored;

	return e->size != UINT64_MAX && strlen(e->name) > VV_CID_TEXT &&
	       strcmp(e->name + VV_CID_TEXT, ".packs") == 0 &&
	       vv_cid_parse(root, e->name, VV_CID_TEXT, &ignored) == VV_OK;
}

static vv_status on_version(void *payload, const vv_listed *e, vv_error *err)
{
	vv_host *h = payload;
	vv_cid root;
	bool added;

	return vv_files_is_version(e, &root) && !vv_condemned_has(h->condemned.versions, &root)
		       ? vv_cid_set_add(h->versions, &root, &added, err)
		       : VV_OK;
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

typedef struct looking {
	vv_host *h;
	vv_pack_names lists;
} looking;

static vv_status on_list(void *payload, const vv_listed *e, vv_error *err)
{
	looking *l = payload;
	uint8_t hash[VV_PACK_HASH_LEN];

	if (!vv_files_is_pack(e, ".list", hash)) return VV_OK;
	const vv_cid key = vv_pack_key(hash);
	return vv_condemned_has(l->h->condemned.packs, &key)
		       ? VV_OK
		       : vv_pack_names_add(&l->lists, e->name, err);
}

/* Versions first: the lists of one that is seen are seen, too. */
vv_status vv_files_look_at_all(vv_host *h, vv_error *err)
{
	looking l = {.h = h};
	vv_error why;
	bool sound = true;
	vv_status rc = VV_OK;

	if (h->all || h->unlistable) return VV_OK;
	rc = vv_place_list(&h->place, "versions", on_version, h, &why);
	if (rc == VV_OK) {
		rc = vv_place_list(&h->place, "lists", on_list, &l, &why);
	}
	if (rc == VV_EREFUSED || rc == VV_ENOSUPPORT) {
		h->unlistable = true;
		rc = VV_OK;
	} else if (rc < 0) {
		*err = why;
	} else {
		h->all = true;
	}
	rc = rc < 0 ? rc : vv_files_take_lists(h, &l.lists, &sound, err);
	if (rc == VV_OK && !sound) { /* which versions needed it is in their files alone */
		vv_cid_set_free(h->versions);
		h->versions = vv_cid_set_new();
		rc = h->versions ? VV_OK : vv_fail_nomem(err);
		h->damaged_list = true;
	}
	vv_free(l.lists.items);
	return rc;
}

vv_status vv_files_look(vv_host *h, const vv_cid *root, bool *there, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!h->all && !vv_cid_set_has(h->versions, root)) {
		rc = ++h->asked > ASKED_ONE_BY_ONE ? vv_files_look_at_all(h, err) : VV_OK;
	}
	if (rc == VV_OK && (!h->all || h->damaged_list) && !vv_cid_set_has(h->versions, root)) {
		rc = load_version(h, root, err);
	}
	*there = rc == VV_OK && vv_cid_set_has(h->versions, root);
	return rc;
}

vv_status vv_files_look_for(vv_host *h, const vv_cid *cids, size_t count, vv_error *err)
{
	bool there = true;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (vv_catalog_find(h->catalog, &cids[i], NULL, NULL)) {
			continue;
		}
		rc = cids[i].codec == VV_CODEC_DAG_CBOR ? vv_files_look(h, &cids[i], &there, err)
							: vv_files_look_at_all(h, err);
		if (rc == VV_OK && !there) { /* a version without a file, or no version's root */
			rc = vv_files_look_at_all(h, err);
		}
	}
	return rc;
}

static void pack_name(char out[NAME_MAX_LEN], const uint8_t hash[VV_PACK_HASH_LEN])
{
	char hex[VV_HOST_NAME_LEN + 1];

	vv_hex_write(hex, hash, VV_PACK_HASH_LEN);
	(void)snprintf(out, NAME_MAX_LEN, "packs/%s.pack", hex);
}

vv_status vv_files_get_part(vv_host *h, const vv_host_pack *p, uint64_t from, uint64_t len,
			    vv_buf *out, vv_error *err)
{
	char name[NAME_MAX_LEN];
	const size_t before = out->len;
	vv_error why;
	vv_status rc;

	pack_name(name, p->hash);
	if (p->len > VV_HOST_PACK_MAX) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' is longer than a pack can be", name);
	}
	rc = vv_place_get(&h->place, name, from, len, out, &why);
	if (rc == VV_OK && out->len - before < len) {
		rc = vv_fail(&why, VV_ENOTFOUND, "'%s' is cut short", name);
	}
	if (rc == VV_EREFUSED) {
		rc = VV_ENOTFOUND;
	}
	if (rc < 0) {
		*err = why;
		err->code = rc;
	}
	return rc;
}

/* --- writing --------------------------------------------------------------------------------- */

vv_status vv_files_remove_pack(vv_host *h, const char *hex, vv_error *err)
{
	char name[NAME_MAX_LEN];
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < 2; i++) {
		(void)snprintf(name, sizeof(name), i == 0 ? "lists/%s.list" : "packs/%s.pack", hex);
		rc = vv_missing_ok(vv_place_remove(&h->place, name, err), err);
	}
	return rc;
}

vv_status vv_files_remove_version(vv_host *h, const vv_cid *root, vv_error *err)
{
	char name[NAME_MAX_LEN];

	version_name(name, root);
	return vv_missing_ok(vv_place_remove(&h->place, name, err), err);
}

vv_status vv_files_put(vv_host *h, const vv_host_commit *c, vv_error *err)
{
	char name[NAME_MAX_LEN];
	uint8_t hash[VV_PACK_HASH_LEN];
	bool sound;
	vv_status rc = VV_OK;

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
		vv_host_note_sound(h, c->name, &id);
		rc = load_list(h, c->name, &sound, err);
	}
	for (size_t i = 0; rc == VV_OK && i < c->removed_count; i++) {
		const char *hex = c->removed[i] + strlen(c->removed[i]) - VV_HOST_NAME_LEN;
		/* the same blocks make the same pack: it was written again just now */
		const bool again = c->pack && strcmp(hex, c->name) == 0;
		rc = again ? VV_OK : vv_files_remove_pack(h, hex, err);
	}
	return rc;
}

static int compare_hex(const void *a, const void *b)
{
	return strcmp(a, b);
}

vv_status vv_files_put_version(vv_host *h, const vv_cid *root, const bool *needed, vv_error *err)
{
	char name[NAME_MAX_LEN];
	vv_buf text = VV_BUF_INIT;
	vv_pack_names packs = {0};
	vv_status rc = VV_OK;
	bool added;

	for (size_t i = 0; rc == VV_OK && i < vv_catalog_packs(h->catalog); i++) {
		if (needed[i] && !vv_array_room(packs.items, packs.count, packs.cap)) {
			rc = vv_fail_nomem(err);
		} else if (needed[i]) {
			vv_hex_write(packs.items[packs.count++],
				     vv_catalog_pack(h->catalog, i)->hash, VV_PACK_HASH_LEN);
		}
	}
	if (rc == VV_OK && packs.count > 0) {
		qsort(packs.items, packs.count, sizeof(*packs.items), compare_hex);
	}
	vv_buf_puts(&text, VERSION_HEAD);
	for (size_t i = 0; i < packs.count; i++) {
		vv_buf_printf(&text, "%s\n", packs.items[i]);
	}
	vv_free(packs.items);
	version_name(name, root);
	rc = rc < 0 ? rc : vv_buf_ok(&text, err);
	if (rc == VV_OK &&
	    (rc = vv_place_put_later(&h->place, name, text.data, text.len, err)) == VV_OK) {
		rc = vv_cid_set_add(h->versions, root, &added, err);
	}
	vv_buf_clear(&text);
	return rc;
}
