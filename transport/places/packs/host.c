/*
 * host: the scratch repository, and fetching only the needed objects into it.
 */
#include "transport/places/packs/host.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hint.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/store.h"
#include "repo/git/blob.h"
#include "repo/git/history/refs.h"
#include "repo/git/tree.h"
#include "transport/line/url.h"
#include "transport/places/packs/host_internal.h"

#define LOCK_WAIT_MS 600000u
#define PACKS_MAX 100000u /* in one tree */
#define BLOCKS_MAX (UINT64_C(1) << 26)

/* --- opening --------------------------------------------------------------------------------- */

/* A path means another folder in another current folder, and one folder has several paths. */
uint64_t vv_host_key(const char *url)
{
	vv_auto(vv_url) u = {0};
	char real[PATH_MAX];
	const bool folder = vv_url_read(&u, url, VV_IGNORED) == VV_OK && u.kind == VV_URL_PATH &&
			    realpath(u.path, real);

	return folder ? vv_xxh3(real, strlen(real), 0) : vv_xxh3(url, strlen(url), 0);
}

char *vv_host_dir(vv_repository *r, const char *url)
{
	char name[17];

	(void)snprintf(name, sizeof(name), "%016llx", (unsigned long long)vv_host_key(url));
	return vv_path_join(vv_repository_varvedir(r), "host", name, (char *)NULL);
}

static vv_status copy_options(vv_host *h, const vv_host_options *o, vv_error *err)
{
	*h = (vv_host){
		.repo = o->repo,
		.progress = o->progress,
		.notes = o->notes,
		.idle_sec = o->idle_sec,
		.exact = o->exact,
		.lock = -1,
		.place = o->take_place,
		.url = vv_strdup(o->url),
		.push_url = o->push_url ? vv_strdup(o->push_url) : NULL,
		.remote = o->remote ? vv_strdup(o->remote) : NULL,
		.dir = vv_host_dir(o->repo, o->url),
	};
	h->git_dir = h->dir ? vv_path_join(h->dir, "git", (char *)NULL) : NULL;
	h->lists = h->dir ? vv_path_join(h->dir, "lists", (char *)NULL) : NULL;
	h->packs = h->dir ? vv_path_join(h->dir, "blocks", (char *)NULL) : NULL;
	h->proof = h->dir ? vv_path_join(h->dir, "proof", (char *)NULL) : NULL;
	if (!h->url || (o->push_url && !h->push_url) || (o->remote && !h->remote) || !h->git_dir ||
	    !h->lists || !h->packs || !h->proof) {
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

vv_git_call vv_host_run(vv_host *h, const char *const *args)
{
	return (vv_git_call){.args = args,
			     .repo = h->repo,
			     .idle_sec = h->idle_sec,
			     .scratch = h->git_dir,
			     .url = h->url,
			     .push_url = h->push_url,
			     .exact = h->exact,
			     .remote = h->remote,
			     .dir = h->remote ? vv_repository_workdir(h->repo) : NULL};
}

static vv_status init_scratch(vv_host *h, vv_error *err)
{
	const char *args[] = {"init", "-q", "--bare", "--template=", "--object-format=sha1", NULL};
	const vv_git_call run = vv_host_run(h, args);
	vv_auto(char) *head = vv_path_join(h->git_dir, "HEAD", (char *)NULL);
	vv_status rc = head ? VV_OK : vv_fail_nomem(err);

	if (rc == VV_OK && !vv_exists(head)) {
		if ((rc = vv_mkdirs(h->git_dir, err)) == VV_OK) {
			rc = vv_git_must(&run, "the scratch repository", err);
		}
	}
	return rc;
}

/* A fetch with a filter marks the repository as one that fetches missing objects on access: here
 * they are missing on purpose, and must not be fetched. */
static vv_status forget_promisor(vv_host *h, vv_error *err)
{
	static const char text[] = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n"
				   "\tbare = true\n";
	vv_auto(char) *config = vv_path_join(h->git_dir, "config", (char *)NULL);
	return config ? vv_write_file(config, text, sizeof(text) - 1, false, err)
		      : vv_fail_nomem(err);
}

/* Removes leftovers of a killed run. *locked: a git left locks, which block every other. We have the folder's lock. */
static vv_status tidy_scratch(vv_host *h, bool *locked, vv_error *err)
{
	static const char *const folders[] = {".",
					      "lists",
					      "git",
					      "git/refs",
					      "git/refs/heads",
					      "git/objects/info",
					      "git/objects/pack",
					      "git/info"};
	vv_status rc;

	*locked = false;
	for (size_t k = 0; k < sizeof(folders) / sizeof(folders[0]); k++) {
		vv_auto(vv_folder) f = {0};
		vv_auto(char) *path = vv_path_join(h->dir, folders[k], (char *)NULL);

		if (!path) return vv_fail_nomem(err);
		if ((rc = vv_folder_read(&f, path, true, err)) < 0) return rc;
		while (vv_folder_next(&f)) {
			*locked = *locked || vv_path_ends(f.name, ".lock");
			if ((f.name[0] == '.' || strncmp(f.name, "tmp_", 4) == 0) &&
			    (rc = vv_remove_tree(f.path, err)) < 0) {
				return rc;
			}
		}
	}
	return VV_OK;
}

/* All of it is a cache: needed parts are fetched again. Afterwards it is unknown whether the ref only
 * grew. */
static vv_status throw_away_scratch(vv_host *h, vv_error *err)
{
	vv_host_forget_complete(h);
	vv_repository_close(vv_take(&h->scratch));
	return vv_remove_tree(h->git_dir, err);
}

static vv_status open_scratch(vv_host *h, vv_error *err)
{
	vv_auto(vv_env) *env = NULL;
	vv_status rc = init_scratch(h, err);

	rc = rc < 0 ? rc : forget_promisor(h, err);
	vv_repository_close(vv_take(&h->scratch));
	rc = rc < 0 ? rc : vv_git_env_elsewhere(&env, vv_repository_env(h->repo), err);
	return rc < 0 ? rc : vv_repository_open(&h->scratch, h->git_dir, env, err);
}

void vv_host_forget_lists(vv_host *h)
{
	vv_catalog_reset(h->catalog);
	vv_cid_set_reset(&h->versions);
	vv_cid_set_reset(&h->listed);
	vv_cid_set_reset(&h->pieces);
	vv_cid_set_reset(&h->joined);
	vv_cid_map_reset(&h->older);
	vv_seek_clear(&h->seek);
	h->ruin_count = 0;
	h->unread.count = 0;
	h->damaged_list = h->anew = false;
	h->all = !vv_host_is_place(h); /* a ref's come with its tree */
	h->asked = 0;
}

bool vv_host_has(const vv_host *h, const vv_cid *cid)
{
	size_t pack;

	return vv_catalog_find(h->catalog, cid, &pack, NULL) &&
	       !vv_catalog_pack(h->catalog, pack)->bad;
}

/* Sent through a URL and read through another, it is the same host. */
vv_status vv_host_open(vv_host **out, const vv_host_options *o, vv_error *err)
{
	vv_auto(vv_host) *h = vv_calloc(1, sizeof(*h));
	bool left = false;
	vv_auto(char) *lock = NULL;
	vv_status rc;

	if (!h) {
		vv_place place = o->take_place;
		vv_place_close(&place);
		return vv_fail_nomem(err);
	}
	if ((rc = copy_options(h, o, err)) < 0 || (rc = vv_mkdirs(h->lists, err)) < 0) return rc;
	if (!(h->catalog = vv_catalog_new()) ||
	    !(lock = vv_path_join(h->dir, "lock", (char *)NULL))) {
		return vv_fail_nomem(err);
	}
	vv_host_forget_lists(h);
	if ((h->lock = vv_lock(lock, true, LOCK_WAIT_MS, err)) < 0) return (vv_status)h->lock;
	if ((rc = tidy_scratch(h, &left, err)) < 0 ||
	    (left && (rc = throw_away_scratch(h, err)) < 0) ||
	    (rc = vv_remove_tree(h->packs, err)) < 0 || (rc = vv_remove_tree(h->proof, err)) < 0 ||
	    (rc = vv_repository_store(h->repo, &h->main, err)) < 0) {
		return rc;
	}
	if ((rc = vv_store_open_over(&h->blocks, h->packs, h->main, true, err)) < 0) return rc;
	return vv_hand_over(out, &h);
}

vv_status vv_host_drop_parts(const vv_host *h, vv_error *err)
{
	vv_auto(char) *parts = vv_path_join(h->dir, VV_HOST_PARTS, (char *)NULL);

	return parts ? vv_remove_tree(parts, err) : vv_fail_nomem(err);
}

/* Packs, which are in the store by now, leave the scratch repository. */
static vv_status clean_scratch(vv_host *h, vv_error *err);

void vv_host_close(vv_host *h)
{
	if (h) {
		vv_store_close(h->shown);
		vv_store_close(h->blocks);
		if (h->dirty) {
			(void)clean_scratch(h, NULL);
		}
		vv_repository_close(h->scratch);
		if (h->lock >= 0) {
			if (h->parts_done) {
				(void)vv_host_drop_parts(h, NULL);
			}
			(void)vv_remove_tree(h->packs, NULL);
			(void)vv_remove_tree(h->proof, NULL);
			vv_fd_close(&h->lock);
		}
		vv_place_close(&h->place);
		vv_host_forget_lists(h);
		vv_catalog_free(h->catalog);
		vv_cids_clear(&h->unread);
		vv_cid_set_free(h->intact);
		vv_free_all(h->ruins, h->bad.items, h->proof, h->packs, h->lists, h->git_dir,
			    h->dir, h->ref, h->tip_ref, h->remote, h->push_url, h->url, h);
	}
}

/* --- the scratch repository ------------------------------------------------------------------- */

/* All commits and trees of the tip stay, and nothing else. After a kill in between, the scratch repository is made
 * again. */
static vv_status clean_scratch(vv_host *h, vv_error *err)
{
	const char *pack[] = {
		"pack-objects",        "--revs", "--stdout", "-q", "--filter=blob:none",
		"--missing=allow-any", NULL};
	const char *index[] = {"index-pack", "--stdin", NULL};
	char input[VV_OID_TEXT + 2];
	vv_auto(vv_buf) bytes = VV_BUF_INIT, name = VV_BUF_INIT;
	vv_auto(char) *objects = vv_path_join(h->git_dir, "objects", (char *)NULL);
	vv_git_call run = vv_host_run(h, pack);
	const bool any = !vv_oid_is_null(&h->tip);
	vv_status rc = vv_alloc_ok(objects, err);

	vv_repository_close(h->scratch); /* it maps files that will be removed */
	h->scratch = NULL;
	h->dirty = false;
	(void)snprintf(input, sizeof(input), "%s\n", vv_oid_shows(&h->tip));
	run.input = input;
	run.len = VV_OID_TEXT + 1;
	run.output = &bytes;
	if (rc < 0 || (any && (rc = vv_git_must(&run, "the scratch repository", err)) < 0) ||
	    (rc = vv_remove_tree(objects, err)) < 0 || (rc = vv_mkdirs(objects, err)) < 0 || !any) {
		return rc;
	}
	run.args = index;
	run.input = bytes.data;
	run.len = bytes.len;
	run.output = &name;
	return vv_git_must(&run, "the scratch repository", err);
}

vv_status vv_host_clean(vv_host *h, vv_error *err)
{
	vv_status rc = h->dirty ? clean_scratch(h, err) : VV_OK;

	return rc < 0 || h->scratch || vv_host_is_place(h) ? rc : open_scratch(h, err);
}

vv_status vv_host_take_ref(vv_host *h, const char *blocks_ref, vv_error *err)
{
	char *ref = vv_strdup(blocks_ref), *tip_ref = vv_asprintf("tip-%s", blocks_ref);

	for (char *p = tip_ref; p && (p = strchr(p, '/'));) {
		*p = '%'; /* not in any user's name */
	}
	vv_auto(char) *flat = tip_ref;
	tip_ref = flat ? vv_asprintf("refs/heads/%s", flat) : NULL;
	vv_free_all(h->ref, h->tip_ref); /* blocks_ref may be the one that it had */
	h->ref = ref;
	h->tip_ref = tip_ref;
	return h->ref && h->tip_ref ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_host_set_tip(vv_host *h, const vv_oid *tip, vv_error *err)
{
	vv_error absent;
	vv_status rc;

	h->tip = *tip;
	if (vv_oid_is_null(tip)) {
		rc = h->scratch ? vv_ref_delete(h->scratch, h->tip_ref, NULL, &absent)
				: VV_ENOTFOUND;
		if (rc == VV_ENOTFOUND) return VV_OK;
		return rc < 0 ? vv_error_copy(err, &absent) : VV_OK;
	}
	return vv_ref_update(h->scratch, h->tip_ref, tip, NULL, true, "blocks", err);
}

/* --- where the ref is ---------------------------------------------------------------------------- */

vv_status vv_host_need_scratch(vv_host *h, vv_error *err)
{
	return h->scratch || open_scratch(h, VV_IGNORED) == VV_OK ? VV_OK
								  : vv_host_begin_anew(h, err);
}

vv_status vv_host_ask_tip(vv_host *h, const char *ref, vv_oid *tip, vv_error *err)
{
	const char *args[] = {"ls-remote", "--refs", "host", ref, NULL};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_git_call run = vv_host_run(h, args);

	memset(tip, 0, sizeof(*tip));
	run.output = &out;
	vv_status rc = vv_host_need_scratch(h, err);
	rc = rc < 0 ? rc : vv_git_must(&run, vv_text_url(h->url), err);
	if (rc == VV_OK && out.len > VV_OID_TEXT && !vv_oid_parse(tip, out.data, VV_OID_TEXT)) {
		rc = vv_fail(err, VV_ECORRUPT, "git ls-remote printed no object id for %s",
			     vv_text_shows(ref));
	}
	return rc;
}

vv_status vv_host_begin_anew(vv_host *h, vv_error *err)
{
	vv_status rc = throw_away_scratch(h, err);

	memset(&h->tip, 0, sizeof(h->tip));
	return rc < 0 ? rc : open_scratch(h, err);
}

/* Reads the tip of the last run, if its objects still exist. */
vv_status vv_host_read_tip(vv_host *h, vv_error *err)
{
	vv_auto(vv_ref) ref = {0};
	vv_auto(vv_tree_entry) top = {0};

	memset(&h->tip, 0, sizeof(h->tip));
	if (vv_ref_get(h->scratch, h->tip_ref, &ref, VV_IGNORED) < 0) return VV_OK;
	h->tip = ref.id;
	if (vv_tree_entry_at(h->scratch, &h->tip, "", &top, VV_IGNORED) == VV_OK) return VV_OK;
	return vv_host_begin_anew(h, err); /* killed, or tampered with */
}

vv_status vv_host_fetch_ref(vv_host *h, const char *filter, vv_error *err)
{
	vv_auto(char) *spec = vv_asprintf("+%s:" VV_HOST_NEXT, h->ref);
	const char *args[] = {"-c",
			      "fetch.fsckObjects=false",
			      "fetch",
			      "-q",
			      "--no-tags",
			      "--no-write-fetch-head",
			      "--no-auto-maintenance",
			      "--recurse-submodules=no",
			      "--no-prune",
			      filter,
			      "host",
			      spec,
			      NULL};
	vv_git_call run = vv_host_run(h, args);
	vv_status rc = vv_alloc_ok(spec, err);
	if (rc == VV_OK) {
		h->dirty = true;
		rc = vv_git_must(&run, "the blocks of this remote", err);
	}
	return rc < 0 ? rc : forget_promisor(h, err);
}

vv_status vv_host_descends(vv_host *h, const vv_oid *old, const vv_oid *now, bool *out,
			   vv_error *err)
{
	char a[VV_OID_TEXT + 1], b[VV_OID_TEXT + 1];
	const char *args[] = {"merge-base", "--is-ancestor", a, b, NULL};
	vv_auto(vv_buf) said = VV_BUF_INIT;
	vv_git_call run = vv_host_run(h, args);
	int code = 0;

	vv_oid_text(a, old);
	vv_oid_text(b, now);
	vv_status rc = vv_git_run(&run, &said, &code, err);
	*out = code == 0;
	return rc;
}

/* --- lists ----------------------------------------------------------------------------------------- */

typedef struct found_pack {
	vv_host_name name;
	vv_oid pack, list; /* null: not there */
} found_pack;

typedef struct finding {
	found_pack *items;
	size_t count, cap;
} finding;

/* "packs/0000/<hash>.pack": other paths are none of ours. */
static bool read_name(const char *path, vv_host_name *name, bool *list)
{
	const char *p = path + 6, *end = p + 5 + VV_PACK_HEX;

	if (strlen(path) != 6 + 5 + VV_PACK_HEX + 5 || strncmp(path, "packs/", 6) != 0 ||
	    p[4] != '/' || !vv_hex_is_lower(p, 4) ||
	    !vv_pack_key_read(&name->key, p + 5, VV_PACK_HEX)) {
		return false;
	}
	name->folder = (size_t)strtoul(p, NULL, 16);
	*list = strcmp(end, ".list") == 0;
	return *list || strcmp(end, ".pack") == 0;
}

/* Sorted by path: of a pack the list comes first. */
static vv_status find_entry(void *payload, const vv_tree_entry *e, vv_error *err)
{
	finding *f = payload;
	found_pack found = {.name.folder = 0};
	bool list;

	if ((e->mode & 0170000) != 0100000 || !read_name(e->path, &found.name, &list)) {
		return VV_OK;
	}
	if (f->count == 0 || !vv_cid_equal(&f->items[f->count - 1].name.key, &found.name.key)) {
		if (f->count == PACKS_MAX) {
			return vv_fail(err, VV_EREFUSED, "the host has more than %s packs",
				       vv_text_count(PACKS_MAX));
		}
		if (!vv_array_add(f->items, f->count, f->cap, found)) return vv_fail_nomem(err);
	}
	*(list ? &f->items[f->count - 1].list : &f->items[f->count - 1].pack) = e->id;
	return VV_OK;
}

static bool has_blob(vv_host *h, const vv_oid *id)
{
	uint64_t size;

	return vv_blob_size(h->scratch, id, &size, VV_IGNORED) == VV_OK;
}

/* Fetches the ref's whole history with all blobs, from hosts that do not support filters. */
vv_status vv_host_fetch_whole(vv_host *h, vv_error *err)
{
	vv_status rc;

	h->by_id_fails = true;
	if ((rc = throw_away_scratch(h, err)) < 0 || (rc = open_scratch(h, err)) < 0 ||
	    (rc = vv_host_fetch_ref(h, "--no-filter", err)) < 0) {
		return rc;
	}
	return vv_host_set_tip(h, &h->tip, err);
}

/* Runs git fetch for these ids, and returns its output and code. all: also requests existing
 * commits. */
static vv_status fetch_ids(vv_host *h, const vv_oid *ids, size_t count, bool all, vv_buf *said,
			   int *code, vv_error *err)
{
	const char *args[] = {"-c",
			      "fetch.negotiationAlgorithm=noop",
			      "-c",
			      "fetch.fsckObjects=false",
			      "fetch",
			      "-q",
			      "--no-tags",
			      "--no-write-fetch-head",
			      "--no-auto-maintenance",
			      "--recurse-submodules=no",
			      "--filter=blob:none",
			      all ? "--depth=1" : "--no-prune",
			      "--stdin",
			      "host",
			      NULL};
	vv_auto(vv_buf) input = VV_BUF_INIT;
	vv_git_call run = vv_host_run(h, args);
	vv_status rc;

	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(&input, "%s\n", vv_oid_shows(&ids[i]));
	}
	run.input = input.data;
	run.len = input.len;
	if ((rc = vv_buf_ok(&input, err)) < 0 || (rc = vv_git_run(&run, said, code, err)) < 0) {
		return rc;
	}
	return forget_promisor(h, err);
}

/* git requests ids in order, and a host refuses the first missing one before it sends anything. So the last one is an
 * id that no host has. */
vv_status vv_host_ask(vv_host *h, vv_oids *ids, size_t *lacks, vv_error *err)
{
	static const char refused[] = "not our ref ";
	vv_auto(vv_buf) said = VV_BUF_INIT;
	vv_oid nowhere;
	int code;

	*lacks = SIZE_MAX;
	memset(&nowhere, 0xff, sizeof(nowhere));
	vv_status rc = vv_oids_add(ids, &nowhere, err);
	if (rc < 0) return rc;
	if (!h->by_id_fails) {
		rc = fetch_ids(h, ids->items, ids->count, true, &said, &code, err);
	}
	const char *named = strstr(vv_buf_cstr(&said), refused);
	for (size_t i = 0; named && *lacks == SIZE_MAX && i < ids->count; i++) {
		if (strncmp(named + sizeof(refused) - 1, vv_oid_shows(&ids->items[i]),
			    VV_OID_TEXT) == 0) {
			*lacks = i;
		}
	}
	ids->count--;
	h->knows_no_filters = strstr(vv_buf_cstr(&said), "filtering not recognized") != NULL;
	return rc;
}

vv_status vv_host_objects_ask(vv_host *h, const vv_oid *ids, size_t count, uint64_t ms,
			      vv_host_objects *out, vv_error *err)
{
	const uint64_t start = vv_monotonic_ms();
	vv_auto(vv_oids) rest = {0};
	size_t lacks = 0;
	vv_status rc = vv_oids_add_all(&rest, ids, count, err);

	*out = (vv_host_objects){.gone = 0};
	if (rc == VV_OK && !h->scratch) {
		rc = open_scratch(h, err);
	}
	while (rc == VV_OK && rest.count > 0 && vv_monotonic_ms() - start <= ms) {
		if ((rc = vv_host_ask(h, &rest, &lacks, err)) < 0) return rc;
		out->silent = lacks == SIZE_MAX;
		if (lacks >= rest.count) {
			out->there = out->silent ? 0 : rest.count;
			break;
		}
		out->gone++;
		rest.items[lacks] = rest.items[--rest.count];
	}
	out->unasked = rest.count - out->there;
	return rc;
}

/* Blobs by their ids; except existing ones, and those that the host lost. */
vv_status vv_host_fetch_blobs(vv_host *h, const vv_oid *ids, size_t count, vv_error *err)
{
	vv_auto(vv_buf) said = VV_BUF_INIT;
	vv_auto(vv_oids) wanted = {0};
	size_t lacks;
	int code = 0;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = has_blob(h, &ids[i]) ? VV_OK : vv_oids_add(&wanted, &ids[i], err);
	}
	h->dirty = h->dirty || wanted.count > 0;
	while (rc == VV_OK && wanted.count > 0 && !h->by_id_fails) {
		if ((rc = fetch_ids(h, wanted.items, wanted.count, false, &said, &code, err)) < 0 ||
		    code == 0 || (rc = vv_host_ask(h, &wanted, &lacks, err)) < 0) {
			return rc;
		}
		if (lacks >= wanted.count) return vv_host_fetch_whole(h, err);
		wanted.items[lacks] = wanted.items[--wanted.count];
	}
	return rc;
}

char *vv_host_list_path(const vv_host *h, const vv_cid *pack)
{
	return vv_asprintf("%s/%s.list", h->lists, vv_pack_shows(pack));
}

vv_status vv_host_keep_list(vv_host *h, const vv_buf *list, const vv_cid *pack, vv_error *err)
{
	vv_auto(char) *path = vv_host_list_path(h, pack);
	return path ? vv_write_file(path, list->data, list->len, false, err) : vv_fail_nomem(err);
}

/* From an earlier run, if the tree still has this one; else from the scratch repository. *known false: it is in neither. */
static vv_status read_list(vv_host *h, const found_pack *p, vv_buf *out, bool *known, vv_error *err)
{
	vv_auto(char) *path = vv_host_list_path(h, &p->name.key);
	vv_oid is;
	vv_status rc = path ? VV_OK : vv_fail_nomem(err);

	vv_buf_reset(out);
	*known = false;
	if (rc == VV_OK && vv_exists(path) &&
	    vv_read_regular(out, path, VV_HOST_LIST_BYTES, VV_IGNORED) == VV_OK &&
	    vv_blob_id(vv_buf_cstr(out), out->len, &is, VV_IGNORED) == VV_OK &&
	    vv_oid_equal(&is, &p->list)) {
		*known = true;
	} else if (rc == VV_OK) {
		vv_buf_reset(out);
		if (vv_blob_read(h->scratch, &p->list, VV_HOST_LIST_BYTES, out, VV_IGNORED) ==
		    VV_OK) {
			*known = true;
			rc = vv_write_file(path, vv_buf_cstr(out), out->len, false, err);
		}
	}
	return rc;
}

static vv_status add_list(vv_host *h, const vv_host_name *name, const vv_oid *pack,
			  const vv_buf *bytes, vv_error *err)
{
	vv_host_list list;
	vv_status rc = vv_host_list_read(&list, bytes->data, bytes->len, err);

	if (rc == VV_OK) {
		rc = memcmp(list.hash, name->key.digest, sizeof(list.hash)) == 0
			     ? vv_catalog_add(h->catalog, &list, pack, BLOCKS_MAX, err)
			     : vv_fail(err, VV_ECORRUPT,
				       "a list of blocks belongs to another pack");
	}
	if (rc == VV_OK) {
		vv_catalog_pack(h->catalog, vv_catalog_packs(h->catalog) - 1)->folder =
			name->folder;
		return VV_OK;
	}
	return vv_host_is_place(h) ? vv_prefix(err, "%s: lists/%s.list", vv_text_url(h->url),
					       vv_pack_shows(&name->key))
				   : vv_prefix(err, "%s: packs/%04zx/%s.list", vv_text_url(h->url),
					       name->folder, vv_pack_shows(&name->key));
}

bool vv_host_is_ruin(const vv_host *h, const vv_cid *pack)
{
	return vv_array_find(h->ruins, h->ruin_count, r, vv_cid_equal(&r->key, pack)) != NULL;
}

vv_status vv_host_note_ruin(vv_host *h, const vv_host_name *name, vv_error *err)
{
	return vv_host_is_ruin(h, &name->key) ||
			       vv_array_add(h->ruins, h->ruin_count, h->ruin_cap, *name)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

void vv_host_forget_ruin(vv_host *h, const vv_cid *pack)
{
	for (size_t i = h->ruin_count; i-- > 0;) {
		if (vv_cid_equal(&h->ruins[i].key, pack)) {
			h->ruins[i] = h->ruins[--h->ruin_count];
		}
	}
}

/* A damaged list is noted and left out: its blocks count as missing, so that the next push sends
 * them again. */
vv_status vv_host_take_list(vv_host *h, const vv_host_name *name, const vv_oid *pack,
			    const vv_buf *bytes, bool *sound, vv_error *err)
{
	vv_error why;
	const vv_status rc = add_list(h, name, pack, bytes, &why);

	*sound = rc == VV_OK;
	if (rc != VV_ECORRUPT) return rc < 0 ? vv_error_copy(err, &why) : VV_OK;
	vv_auto(char) *path = vv_host_list_path(h, &name->key);
	(void)(path && vv_unlink(path, true, NULL));
	vv_host_forget_complete(h);
	vv_notes_warn(h->notes, "%s", why.message);
	return vv_host_note_ruin(h, name, err);
}

static vv_status refuse_format(const vv_host *h, const vv_buf *text, vv_error *err)
{
	if (vv_text_check_mark(vv_buf_cstr(text), VV_HOST_FORMAT, vv_text_shows(h->ref), err) ==
	    VV_ENOSUPPORT) {
		return VV_ENOSUPPORT;
	}
	vv_fail(err, VV_ECORRUPT, "the file 'format' in the ref %s of the host is damaged",
		vv_text_shows(h->ref));
	return vv_hint_code(err, VV_HINT_PUSH_BLOCKS);
}

/* One that is missing or damaged is put back with the next commit, where packs show whose tree it is. */
vv_status vv_host_check_format(vv_host *h, vv_error *err)
{
	vv_auto(vv_tree_entry) e = {0}, packs = {0};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_oid ours;
	vv_status rc = vv_tree_entry_at(h->scratch, &h->tip, "format", &e, err);
	const bool has = rc == VV_OK;

	h->lost_format = false;
	if ((rc = vv_missing_ok(rc, err)) < 0 ||
	    (rc = vv_blob_id(VV_HOST_FORMAT, sizeof(VV_HOST_FORMAT) - 1, &ours, err)) < 0 ||
	    (has && vv_oid_equal(&e.id, &ours))) {
		return rc;
	}
	if ((rc = vv_tree_entry_at(h->scratch, &h->tip, "packs", &packs, err)) == VV_ENOTFOUND) {
		return vv_fail(err, VV_EREFUSED,
			       "the ref %s of the host does not have blocks of varve\nset "
			       "'[blocks] ref' in .varveconfig to another ref",
			       vv_text_shows(h->ref));
	}
	if (rc < 0) return rc;
	if (has) { /* after an earlier run it is no longer here */
		if ((rc = vv_host_fetch_blobs(h, &e.id, 1, err)) < 0) return rc;
		(void)vv_blob_read(h->scratch, &e.id, 64, &text, VV_IGNORED);
	}
	rc = refuse_format(h, &text, err);
	h->lost_format = rc == VV_ECORRUPT && h->mends;
	return h->lost_format ? VV_OK : rc;
}

void vv_host_mend(vv_host *h)
{
	h->mends = true;
}

vv_status vv_host_load_lists(vv_host *h, vv_error *err)
{
	finding f = {.count = 0};
	vv_auto_free vv_oid *missing = NULL;
	size_t missing_count = 0;
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	bool known, sound;
	vv_status rc = vv_tree_each(h->scratch, &h->tip, "packs", find_entry, &f, err);

	if (rc == VV_OK && !(missing = vv_calloc(f.count + 1, sizeof(*missing)))) {
		rc = vv_fail_nomem(err);
	}
	for (int round = 0; rc == VV_OK && round < 2; round++) {
		for (size_t i = 0; rc == VV_OK && i < f.count; i++) {
			if (vv_oid_is_null(&f.items[i].list) || vv_oid_is_null(&f.items[i].pack)) {
				continue; /* half a pack: not left by varve */
			}
			const found_pack *p = &f.items[i];
			rc = read_list(h, p, &bytes, &known, err);
			if (rc == VV_OK && !known && round == 0) {
				missing[missing_count++] = f.items[i].list;
			} else if (rc == VV_OK && round == 1 && !known) { /* the host lost it */
				rc = vv_host_note_ruin(h, &p->name, err);
			} else if (rc == VV_OK && round == 1) {
				rc = vv_host_take_list(h, &p->name, &p->pack, &bytes, &sound, err);
				if (rc == VV_OK && sound) {
					vv_catalog_pack(h->catalog,
							vv_catalog_packs(h->catalog) - 1)
						->list = p->list;
				}
			}
		}
		if (rc == VV_OK && round == 0) {
			rc = vv_host_fetch_blobs(h, missing, missing_count, err);
		}
	}
	for (size_t i = 0; i < f.count; i++) {
		const size_t folder = f.items[i].name.folder;
		if (i == 0 || folder > h->last_folder) {
			h->last_folder = folder;
			h->in_last_folder = 0;
		}
		h->in_last_folder += folder == h->last_folder;
	}
	vv_free(f.items);
	return rc;
}

/* --- the record of complete commits ------------------------------------------------------- */

char *vv_host_complete_path(const vv_host *h)
{
	return vv_path_join(h->dir, VV_HOST_COMPLETE, (char *)NULL);
}

void vv_host_forget_complete(vv_host *h)
{
	vv_auto(char) *path = vv_host_complete_path(h);

	(void)(path && vv_unlink(path, true, NULL));
}
