/*
 * loose_pack: packs Git's loose objects, chooses varve's own packs to merge, and orders objects so
 * that deltas are small.
 *
 * Packs are merged geometrically: one that has at most twice the bytes of all smaller ones and the
 * loose objects together goes into the new one, so that few remain, a large blob finds its previous
 * version, and a byte is written again only about as often as the logarithm of their number.
 */
#include "repo/known/loose_pack.h"

#include <git2/sys/odb_backend.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "repo/git/objects/oid_set.h"
#include "repo/git/pack_keep.h"
#include "repo/git/quarantine.h"
#include "repo/git/repository_internal.h"
#include "repo/git/tree_internal.h"
#include "repo/git/walker.h"

#define DEPTH_MAX 2048u

typedef struct own_pack {
	char hex[GIT_OID_HEXSZ + 1];
	uint64_t bytes;
	bool merged;
	bool own; /* varve made it */
} own_pack;

typedef struct packing {
	vv_repository *repo;
	git_oid *loose;
	size_t loose_count, loose_cap;
	uint64_t loose_bytes;
	own_pack *packs;
	size_t pack_count, pack_cap;
	vv_oid_set wanted, done;
	vv_buf list; /* of objects, for git */
	char *packdir;
} packing;

/* ---- the objects of a new pack, their order and names, so that deltas are small ---- */

static vv_status want_object(packing *p, const git_oid *id, vv_error *err)
{
	bool added;

	return vv_oid_set_add(&p->wanted, id, &added, err);
}

static int want_each(const git_oid *id, void *payload)
{
	return want_object(payload, id, NULL) < 0 ? -1 : 0;
}

/* "<object folder>/pack/pack-<hex>.<ext>", owned by the caller; NULL: out of memory. */
static char *packing_file(const packing *p, const char *hex, const char *ext)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "pack-%s.%s", hex, ext);
	return vv_path_join(p->packdir, name, NULL);
}

/* One pack alone, as an object database. */
static vv_status open_pack(const packing *p, const char *hex, git_odb **out, vv_error *err)
{
	vv_auto(char) *path = packing_file(p, hex, "idx");
	vv_auto(git_odb) *odb = NULL;
	git_odb_backend *backend = NULL;
	int code;

	if (!path) return vv_fail_nomem(err);
	if ((code = git_odb_new(&odb)) == 0 &&
	    (code = git_odb_backend_one_pack(&backend, path)) == 0 &&
	    (code = git_odb_add_backend(odb, backend, 1)) < 0) {
		backend->free(backend);
	}
	if (code < 0) {
		return vv_git_fail(err, code, "cannot read the pack '%s'", vv_text_shows(path));
	}
	return vv_hand_over(out, &odb);
}

static vv_status want_pack(packing *p, const char *hex, vv_error *err)
{
	vv_auto(git_odb) *odb = NULL;
	vv_status rc = open_pack(p, hex, &odb, err);
	int code = rc == VV_OK ? git_odb_foreach(odb, want_each, p) : 0;

	return code < 0 ? vv_git_fail(err, code, "cannot list the pack %s", hex) : rc;
}

static vv_status insert_object(packing *p, const git_oid *id, const char *name, vv_error *err)
{
	bool added;
	vv_status rc = vv_oid_set_add(&p->done, id, &added, err);

	if (rc < 0 || !added) return rc;
	/* git takes a line's rest for the path, and only likens it to others. */
	vv_buf_printf(&p->list, "%s %.*s\n", vv_git_shows(id), name ? (int)strcspn(name, "\n") : 0,
		      name ? name : "");
	return vv_buf_ok(&p->list, err);
}

/* The commits among the wanted objects, newest first. */
static vv_status find_commits(packing *p, vv_walker *w, vv_nodes *out, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < p->wanted.count; i++) {
		git_object_t type;
		uint64_t size;
		vv_node *n;

		if ((rc = vv_object_header(p->repo, &p->wanted.ids[i], &type, &size, err)) < 0) {
			return rc;
		}
		if (type != GIT_OBJECT_COMMIT) {
			continue;
		}
		if (!(n = vv_walker_node(w, &p->wanted.ids[i]))) return vv_fail_nomem(err);
		if ((rc = vv_node_parse(w, n, err)) < 0 || (rc = vv_nodes_add(out, n, err)) < 0) {
			return rc;
		}
	}
	if (out->count > 0) {
		qsort(out->items, out->count, sizeof(*out->items), vv_nodes_newest_first);
	}
	return VV_OK;
}

/* Trees and blobs get their paths: git looks for bases among objects of
 * like names. Only wanted trees are opened, each once. */
static vv_status push_tree(packing *p, vv_tree_stack *trees, const git_oid *id, vv_error *err)
{
	vv_status rc;

	if (!vv_oid_set_has(&p->wanted, id) || vv_oid_set_has(&p->done, id) ||
	    trees->count == DEPTH_MAX) {
		return VV_OK;
	}
	if ((rc = insert_object(p, id, vv_buf_cstr(&trees->path), err)) < 0 ||
	    (rc = vv_tree_stack_push(trees, err)) < 0) {
		return rc;
	}
	return vv_tree_stack_read(trees, 0, id, err);
}

static vv_status insert_entry(packing *p, vv_tree_stack *trees, vv_error *err)
{
	vv_tree_side *l = vv_tree_stack_top(trees);
	vv_tree_cursor at = l->at;
	vv_status rc = vv_tree_cursor_next(&l->at, err);

	if (rc < 0 || !vv_oid_set_has(&p->wanted, &at.id) ||
	    (rc = vv_tree_stack_enter(trees, &at, err)) < 0) {
		return rc;
	}
	return vv_mode_is_tree(at.mode) ? push_tree(p, trees, &at.id, err)
					: insert_object(p, &at.id, trees->path.data, err);
}

static vv_status insert_trees(packing *p, const vv_nodes *commits, vv_error *err)
{
	vv_auto(vv_tree_stack) trees = {.repo = p->repo, .width = 1};
	const vv_tree_side *l;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < commits->count; i++) {
		vv_tree_stack_reset(&trees);
		rc = push_tree(p, &trees, &commits->items[i]->tree, err);
		while (rc == VV_OK && (l = vv_tree_stack_top(&trees))) {
			if (l->at.valid) {
				rc = insert_entry(p, &trees, err);
			} else {
				vv_tree_stack_pop(&trees);
			}
		}
	}
	return rc;
}

static vv_status insert_wanted(packing *p, vv_error *err)
{
	vv_auto(vv_walker) *w = vv_walker_new(p->repo);
	vv_auto(vv_nodes) commits = VV_NODES_INIT;
	vv_status rc = w ? find_commits(p, w, &commits, err) : vv_fail_nomem(err);

	if (rc < 0) return rc;
	for (size_t i = 0; i < commits.count; i++) {
		if ((rc = insert_object(p, &commits.items[i]->id, NULL, err)) < 0) return rc;
	}
	if ((rc = insert_trees(p, &commits, err)) < 0) return rc;
	for (size_t i = 0; i < p->wanted.count; i++) {
		if ((rc = insert_object(p, &p->wanted.ids[i], NULL, err)) < 0) return rc;
	}
	return VV_OK;
}

#define LIST_BYTES_MAX (1u << 20)
#define PACKS_MAX 8u /* more of our own are merged even with few loose objects */
#define LOOSE_BYTES_MAX                                                                            \
	(8u << 20) /* larger ones stay loose: git has them whole in memory while it
				    * packs */
#define GC_PID_STALE_SEC (12 * 3600)
#define STAGE_STALE_SEC (24 * 3600)

/* --- the list of our packs --------------------------------------------------------- */

static vv_status pack_has(const packing *p, const char *hex, const char *ext, bool *out,
			  vv_stat *st, vv_error *err)
{
	vv_auto(char) *path = packing_file(p, hex, ext);
	vv_status rc = path ? vv_lstat(st, path, err) : vv_fail_nomem(err);

	*out = rc == VV_OK;
	return vv_missing_ok(rc, err);
}

static bool is_listed(const packing *p, const char *hex)
{
	return vv_array_find(p->packs, p->pack_count, it, strcmp(it->hex, hex) == 0) != NULL;
}

static int smallest_first(const void *x, const void *y)
{
	const own_pack *a = x, *b = y;

	return (a->bytes > b->bytes) - (a->bytes < b->bytes);
}

/* Is it complete, and not marked to be kept? st: of the pack itself. */
static vv_status is_free(const packing *p, const char *hex, bool *out, vv_stat *st, vv_error *err)
{
	static const char *const parts[] = {"pack", "idx", "keep", "promisor", "bitmap", "mtimes"};
	vv_stat other;
	bool has = true;
	vv_status rc;

	*out = false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		rc = pack_has(p, hex, parts[i], &has, i == 0 ? st : &other, err);
		if (rc < 0 || has != (i < 2)) return rc;
	}
	*out = true;
	return VV_OK;
}

static vv_status add_pack(packing *p, const char *hex, bool own, vv_error *err)
{
	bool whole;
	vv_stat st;
	vv_status rc;

	if (is_listed(p, hex)) return VV_OK;
	if ((rc = is_free(p, hex, &whole, &st, err)) < 0 || !whole) return rc;
	own_pack pack = {.bytes = st.size, .own = own};
	memcpy(pack.hex, hex, GIT_OID_HEXSZ);
	return vv_array_add(p->packs, p->pack_count, p->pack_cap, pack) ? VV_OK
									: vv_fail_nomem(err);
}

static bool is_hex(const char *text)
{
	return strspn(text, "0123456789abcdef") == GIT_OID_HEXSZ;
}

/* Our existing packs that are not marked to be kept. */
static vv_status list_own(packing *p, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(p->repo->varvedir, VV_OWN_PACKS, NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_missing_ok(vv_read_regular(&text, path, LIST_BYTES_MAX, err), err);

	for (size_t at = 0; rc == VV_OK && at + GIT_OID_HEXSZ < text.len; at += GIT_OID_HEXSZ + 1) {
		char *hex = text.data + at;

		if (hex[GIT_OID_HEXSZ] != '\n') {
			break; /* torn: what follows is left to git gc */
		}
		hex[GIT_OID_HEXSZ] = '\0';
		rc = is_hex(hex) ? add_pack(p, hex, true, err) : VV_OK;
	}
	return rc;
}

/* Is it there, and so old that no process that continues has made it? */
static bool is_stale(const char *path)
{
	vv_stat st;
	return vv_lstat(&st, path, VV_IGNORED) == VV_OK &&
	       st.mtime_sec + STAGE_STALE_SEC < vv_now_sec();
}

/* Removes leftovers of an interrupted removal: an index without its pack, except a new one, whose pack libgit2 is about to
 * rename. */
static vv_status remove_left(const packing *p, const char *hex, const char *path, vv_error *err)
{
	vv_stat st;
	bool has;
	vv_status rc = pack_has(p, hex, "pack", &has, &st, err);

	return rc < 0 || has || !is_stale(path) ? rc : vv_unlink(path, true, err);
}

/* Those that git made, too, as its own gc does. Not where an index over all packs names them. */
static vv_status list_others(packing *p, vv_error *err)
{
	vv_auto(char) *over = vv_path_join(p->packdir, "multi-pack-index", NULL);
	vv_auto(vv_folder) f = {0};
	vv_status rc = over ? VV_OK : vv_fail_nomem(err);

	if (rc < 0 || vv_exists(over) || !vv_exists(p->packdir) ||
	    (rc = vv_folder_read(&f, p->packdir, false, err)) < 0) {
		return rc;
	}
	while (rc == VV_OK && vv_folder_next(&f)) {
		char hex[GIT_OID_HEXSZ + 1] = "";

		if (strncmp(f.name, "pack-", 5) == 0) {
			(void)snprintf(hex, sizeof(hex), "%s", f.name + 5);
		}
		if (!is_hex(hex)) {
			continue;
		}
		if (vv_path_ends(f.name, ".pack")) {
			rc = add_pack(p, hex, false, err);
		} else if (vv_path_ends(f.name, ".idx") || vv_path_ends(f.name, ".rev")) {
			rc = remove_left(p, hex, f.path, err);
		}
	}
	return rc;
}

static void choose_packs(packing *p)
{
	uint64_t total = p->loose_bytes;

	if (p->pack_count > 1) {
		qsort(p->packs, p->pack_count, sizeof(*p->packs), smallest_first);
	}
	for (size_t i = 0; i < p->pack_count; i++) {
		if (p->packs[i].bytes > 2 * total && !(total == 0 && i + 1 < p->pack_count)) {
			break;
		}
		p->packs[i].merged = true;
		total += p->packs[i].bytes;
	}
}

/* --- loose objects ------------------------------------------------------------------- */

static vv_status add_loose(void *payload, const git_oid *id, const char *path, vv_error *err)
{
	packing *p = payload;
	vv_stat st;

	if (vv_lstat(&st, path, NULL) < 0 || !S_ISREG(st.mode) || st.size > LOOSE_BYTES_MAX) {
		return VV_OK;
	}
	p->loose_bytes += st.size;
	return vv_array_add(p->loose, p->loose_count, p->loose_cap, *id) ? VV_OK
									 : vv_fail_nomem(err);
}

static bool is_fan(const char *name)
{
	return strlen(name) == 2 && strspn(name, "0123456789abcdef") == 2;
}

/* Folders of objects that were never made durable, left by a process that was killed. */
static vv_status remove_stale_stage(const char *path, vv_error *err)
{
	return is_stale(path) ? vv_remove_tree(path, err) : VV_OK;
}

static bool begins_with(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* Lists all loose objects. With few fan-out folders there cannot be many (200
 * objects fall into some 139 of the 256), and then nothing is listed. */
static vv_status list_loose(packing *p, unsigned above, vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	size_t fans = 0;
	vv_status rc = vv_folder_read(&f, p->repo->objects, false, err);

	if (rc < 0) return rc;
	while (vv_folder_next(&f)) {
		fans += is_fan(f.name);
		if (begins_with(f.name, VV_QUARANTINE_PREFIX) &&
		    !begins_with(f.name, VV_RECEIVE_PREFIX) &&
		    (rc = remove_stale_stage(f.path, err)) < 0) {
			return rc;
		}
	}
	if (fans <= above / 4 && fans <= 64 && p->pack_count <= PACKS_MAX) return VV_OK;
	return vv_git_each_loose_file(p->repo->objects, add_loose, p, err);
}

/* --- removing replaced files ------------------------------------------------ */

/* Does the new pack have every object? vv_quarantine_pack has read all objects of the pack. */
static vv_status check_pack(const packing *p, const char *hex, vv_error *err)
{
	vv_auto(git_odb) *odb = NULL;
	vv_status rc = open_pack(p, hex, &odb, err);

	if (rc < 0) return rc;
	for (size_t i = 0; i < p->wanted.count; i++) {
		if (!git_odb_exists(odb, &p->wanted.ids[i])) {
			return vv_fail(err, VV_EIO,
				       "the new Git pack %s lacks an object; nothing was removed",
				       hex);
		}
	}
	return VV_OK;
}

static vv_status remove_loose(const packing *p, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < p->loose_count; i++) {
		const char *hex = vv_git_shows(&p->loose[i]);
		vv_auto(char) *dir = vv_asprintf("%s/%.2s", p->repo->objects, hex);
		vv_auto(char) *path = vv_path_join(dir, hex + 2, NULL);

		if ((rc = vv_unlink(path, true, err)) < 0) return rc;
		(void)vv_sys_ops.rmdir(dir); /* when it was the last */
	}
	return VV_OK;
}

static vv_status remove_merged(const packing *p, const char *new_hex, vv_error *err)
{
	/* git and libgit2 pass over an index without a pack, which the next gc takes away. */
	static const char *const parts[] = {"pack", "rev", "idx"};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < p->pack_count; i++) {
		if (!p->packs[i].merged || strcmp(p->packs[i].hex, new_hex) == 0) {
			continue;
		}
		for (size_t k = 0; rc == VV_OK && k < sizeof(parts) / sizeof(parts[0]); k++) {
			vv_auto(char) *path = packing_file(p, p->packs[i].hex, parts[k]);

			rc = vv_unlink(path, true, err);
		}
	}
	return rc;
}

static vv_status rewrite_list(const packing *p, const char *new_hex, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(p->repo->varvedir, VV_OWN_PACKS, NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;

	vv_array_each(p->packs, p->pack_count, pack) {
		if (!pack->merged && pack->own) {
			vv_buf_printf(&text, "%s\n", pack->hex);
		}
	}
	vv_buf_printf(&text, "%s\n", new_hex);
	vv_status rc = vv_buf_ok(&text, err);
	return rc < 0 ? rc : vv_write_file(path, text.data, text.len, false, err);
}

/* --- the whole ------------------------------------------------------------------------------ */

static vv_status may_pack(vv_repository *r, bool *out, vv_error *err)
{
	vv_auto(char) *pid = vv_path_join(r->commondir, "gc.pid", NULL);
	uint64_t automatic;
	bool precious;
	vv_stat st;
	vv_status rc;

	*out = false;
	if (!pid) return vv_fail_nomem(err);
	if ((rc = vv_config_u64(r, "gc.auto", 1, &automatic, err)) < 0 ||
	    (rc = vv_config_bool(r, "extensions.preciousobjects", false, &precious, err)) < 0) {
		return rc;
	}
	*out = automatic > 0 && !precious &&
	       !(vv_lstat(&st, pid, NULL) == VV_OK &&
		 st.mtime_sec + GC_PID_STALE_SEC > vv_now_sec()); /* git gc is at it */
	return VV_OK;
}

static vv_status make_pack(packing *p, vv_error *err)
{
	vv_auto(char) *hex = NULL;
	vv_status rc;

	choose_packs(p);
	for (size_t i = 0; i < p->loose_count; i++) {
		if ((rc = want_object(p, &p->loose[i], err)) < 0) return rc;
	}
	for (size_t i = 0; i < p->pack_count; i++) {
		if (p->packs[i].merged && (rc = want_pack(p, p->packs[i].hex, err)) < 0) return rc;
	}
	if (p->wanted.count == 0) return VV_OK;
	if ((rc = insert_wanted(p, err)) < 0 ||
	    (rc = vv_quarantine_pack(p->repo, &p->list, &hex, err)) < 0 ||
	    (rc = check_pack(p, hex, err)) < 0 || (rc = remove_loose(p, err)) < 0 ||
	    (rc = remove_merged(p, hex, err)) < 0) {
		return rc;
	}
	return rewrite_list(p, hex, err);
}

static void packing_clear(packing *p)
{
	vv_buf_clear(&p->list);
	vv_oid_set_clear(&p->wanted);
	vv_oid_set_clear(&p->done);
	vv_free_all(p->packs, p->loose, p->packdir);
}

VV_AUTO_CLEAR(packing, packing_clear)

static vv_status pack_locked(vv_repository *r, unsigned above, uint64_t *packed, vv_error *err)
{
	vv_auto(packing) p = {.repo = r, .packdir = vv_path_join(r->objects, "pack", NULL)};
	vv_status rc;

	if ((rc = p.packdir ? list_own(&p, err) : vv_fail_nomem(err)) < 0 ||
	    (above == 0 && (rc = list_others(&p, err)) < 0) ||
	    (rc = list_loose(&p, above, err)) < 0 ||
	    (p.loose_count <= above && p.pack_count <= PACKS_MAX) ||
	    (rc = make_pack(&p, err)) < 0) {
		return rc;
	}
	*packed = p.loose_count;
	return VV_OK;
}

vv_status vv_git_pack_loose(vv_repository *r, unsigned above, uint64_t *packed, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(r->varvedir, VV_OWN_PACKS ".lock", NULL);
	bool may;
	vv_status rc;

	*packed = 0;
	vv_pack_keeps_sweep(r);
	if ((rc = vv_repository_flush(r, err)) < 0 || (rc = vv_quarantine_named(r, err)) < 0 ||
	    (rc = may_pack(r, &may, err)) < 0 || !may || (rc = vv_mkdirs(r->varvedir, err)) < 0) {
		return rc;
	}
	vv_auto(vv_fd) lock = vv_lock(path, true, 0, err);
	if (lock < 0) return vv_error_excuse((vv_status)lock, lock == VV_ELOCKED, err);
	rc = pack_locked(r, above, packed, err);
	return rc < 0 ? rc : vv_quarantine_named(r, err);
}
