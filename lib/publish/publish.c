/*
 * publish: the order of things in a folder that others read meanwhile.
 */
#include "lib/publish/publish.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/auto.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hint.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/progress.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/heads/make.h"
#include "lib/heads/seen.h"
#include "lib/names/content.h"
#include "lib/names/version.h"
#include "lib/publish/folder_history.h"
#include "lib/publish/folder_state.h"
#include "lib/remotes/remote_folder.h"
#include "lib/sync/expired_lists.h"
#include "lib/sync/fetch_run.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/config.h"
#include "repo/git/history/expired.h"
#include "repo/git/repository.h"
#include "repo/git/tree.h"
#include "repo/known/gap.h"
#include "transport/places/packs/host.h"
#include "transport/places/place_kinds.h"

/* folder_tables: which paths are tables, and their bytes. */

typedef struct vv_folder_table {
	char *path; /* owned */
	vv_oid blob;
} vv_folder_table;

typedef struct run {
	vv_publishing *p;
	char *dir;
	vv_folder_state state;
	vv_shared_refs refs;
	vv_folder_history history;
	vv_folder_table *items; /* tables to be written */
	size_t count, cap;
	vv_host *host; /* the folder's store */
	bool mends;    /* files of the store are lost */
	vv_oid *wants;
	size_t want_count;
	vv_fd lock;
} run;

/* The folder's top entries besides tables. */
static const char *const own[] = {VV_FOLDER_MARK, VV_FOLDER_LOCK, VV_FOLDER_GIT, "format",
				  "packs",        "lists",        "indexes",     "versions",
				  "condemned",    "index.html",   "pages"};

static bool is_own(const char *path)
{
	const size_t len = strcspn(path, "/");

	return vv_array_find(own, sizeof(own) / sizeof(own[0]), it, vv_ascii_is(path, len, *it)) ||
	       vv_ascii_compare(path, "gc-", 3) == 0;
}

/* Is the file there as the state has it? All of it is read: one whose bytes changed since is written again. */
static bool is_there(const run *r, const vv_folder_item *it, const vv_oid *blob)
{
	return it && it->number > 0 && it->hash != 0 && vv_oid_equal(&it->blob, blob) &&
	       vv_folder_has_bytes(r->dir, it);
}

/* A table whose rows have expired is left out, with a note. */
static vv_status leave_expired(run *r, const vv_content *c, const char *path, bool *left,
			       vv_error *err)
{
	vv_error why = {.code = VV_OK};
	vv_gap gap = VV_GAP_NONE;
	const vv_status rc = c->stored ? vv_gap_of(&gap, r->p->repo, &c->root, err) : VV_OK;

	*left = rc == VV_OK && gap == VV_GAP_EXPIRED;
	if (*left) {
		vv_expired_explain(r->p->repo, &c->root, &why);
		vv_notes_put(r->p->notes, "'%s' is not published as a file: %s",
			     vv_text_shows(path), why.message);
	}
	return rc;
}

static vv_status see_entry(void *payload, const vv_tree_entry *e, vv_error *err)
{
	run *r = payload;
	vv_content c;
	bool left;
	vv_status rc = vv_content_read(&c, r->p->repo, e->mode, &e->id, err);

	if (rc < 0 || !c.table || (rc = leave_expired(r, &c, e->path, &left, err)) < 0 || left) {
		return rc;
	}
	if (c.bytes > r->p->file_bytes) {
		r->p->too_long++;
		return VV_OK;
	}
	if (is_own(e->path) || strchr(e->path, '\n')) {
		vv_notes_warn(r->p->notes, "'%s' is not published as a file, because %s",
			      vv_text_shows(e->path),
			      is_own(e->path) ? "the folder uses this name itself"
					      : "a line end is in its name");
		return VV_OK;
	}
	vv_auto(char) *path = vv_path_join(r->dir, e->path, (char *)NULL);
	vv_folder_item *it = vv_folder_items_find(&r->state.files, e->path);
	if (!path) return vv_fail_nomem(err);
	if ((rc = vv_has_no_link(r->dir, e->path, err)) < 0) return rc;
	if (!it && vv_exists(path)) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' was not written by varve, and has the name of a table\nmove "
			       "the file out of the folder",
			       vv_text_shows(path));
	}
	const bool there = is_there(r, it, &e->id);
	if (!it && !(it = vv_folder_items_add(&r->state, &r->state.files, e->path, 0))) {
		return vv_fail_nomem(err);
	}
	it->kept = true;
	if (there) return VV_OK;
	it->number = 0;
	char *copy = vv_strdup(e->path);
	return vv_array_own(r->items, r->count, r->cap, copy, (vv_folder_table){copy, e->id})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

typedef struct writing {
	vv_new_file *file;
	uint64_t len;
	vv_xxh3_state *hash;
} writing;

static vv_status on_bytes(void *payload, const void *bytes, size_t len, vv_error *err)
{
	writing *w = payload;

	w->len += len;
	vv_xxh3_update(w->hash, bytes, len);
	return vv_new_file_put(w->file, bytes, len, err);
}

static vv_status fill_table(run *r, const vv_folder_table *of, writing *w, vv_error *err)
{
	vv_auto(vv_subject) s = {0};
	vv_status rc = vv_subject_find(
		&s, r->p->repo, r->p->reader,
		&(vv_version_name){.path = of->path, .commit = vv_shared_refs_head(&r->refs)}, err);

	if (rc < 0 || (rc = vv_subject_bytes(&s, on_bytes, w, NULL, err)) < 0) return rc;
	return vv_new_file_end(w->file, true, err);
}

static vv_status write_table(run *r, const vv_folder_table *of, vv_folder_item *it, vv_error *err)
{
	vv_auto(vv_xxh3_state) *hash = vv_xxh3_new(0);
	vv_auto(char) *path = vv_path_join(r->dir, of->path, (char *)NULL),
		      *dir = path ? vv_path_dir(path) : NULL;
	vv_auto(vv_new_file) file = {0};
	writing w = {.file = &file, .hash = hash};
	vv_status rc = dir && hash ? vv_mkdirs(dir, err) : vv_fail_nomem(err);

	if (rc < 0) return rc;
	file.name = path; /* it replaces an empty folder */
	vv_temp_sweep(dir, VV_WRITE_TEMP);
	if ((rc = vv_new_file_open(&file, dir, VV_WRITE_TEMP, err)) < 0 ||
	    (rc = fill_table(r, of, &w, err)) < 0 ||
	    (rc = vv_new_file_place(&file, path, err)) < 0) {
		return rc;
	}
	it->blob = of->blob;
	it->number = w.len;
	it->hash = vv_xxh3_digest(hash);
	return vv_fsync_dir(dir, err);
}

static vv_status write_tables(run *r, vv_error *err)
{
	vv_array_each(r->items, r->count, table) {
		vv_folder_item *it = vv_folder_items_find(&r->state.files, table->path);
		const vv_status rc = write_table(r, table, it, err);
		if (rc < 0) return rc;
		r->p->written++;
	}
	return VV_OK;
}

/* Those of the state that the commit does not have any more. */
static vv_status remove_tables(run *r, vv_error *err)
{
	vv_folder_items *files = &r->state.files;
	size_t kept = 0;

	vv_array_each(files->items, files->count, it) {
		if (it->kept) {
			files->items[kept++] = *it;
		} else if (!vv_folder_items_add(&r->state, &r->state.gone, it->name, 0)) {
			return vv_fail_nomem(err);
		}
	}
	files->count = kept;
	return VV_OK;
}

#define LOCK_WAIT_MS 10000u
#define SMALL_PACKS 8u /* of blocks, that stay beside each other */

static void run_clear(run *r)
{
	vv_host_close(r->host);
	vv_free(r->wants);
	vv_array_clear(r->items, r->count, it, vv_free(it->path));
	vv_folder_history_clear(&r->history);
	vv_shared_refs_clear(&r->refs);
	vv_folder_state_clear(&r->state);
	vv_fd_close(&r->lock);
	vv_free(r->dir);
}
VV_AUTO_CLEAR(run, run_clear)

void vv_publishing_clear(vv_publishing *p)
{
	vv_free(p->head);
}

/* heads: the signed heads of this repository go along; with varve.sign a new one is made first. */
static vv_status choose_refs(run *r, bool heads, vv_error *err)
{
	vv_publishing *p = r->p;

	vv_shared_refs_clear(&r->refs);
	vv_status rc = heads ? vv_heads_show(&r->refs, p->repo, &p->refs, err)
			     : vv_shared_refs_choose(&r->refs, p->repo, &p->refs, err);
	if (rc < 0) return rc;
	if (!r->refs.head) {
		return vv_fail(err, VV_EUSAGE,
			       "none of the refs to publish is a branch\n"
			       "name a branch after the folder");
	}
	return vv_text_set(&p->head, r->refs.head, err);
}

/* --- blocks --------------------------------------------------------------------------------------- */

/* Files of the store that the last run left are gone, or of another length. */
static vv_status look_lost(run *r, vv_error *err)
{
	const vv_folder_items *held = &r->state.held;
	uint64_t versions;
	vv_status rc = vv_folder_count(&versions, r->dir, VV_FOLDER_VERSIONS, err);

	for (size_t i = 0; i < held->count && !r->mends; i++) {
		const vv_folder_item *it = &held->items[i];
		if (strcmp(it->name, VV_FOLDER_VERSIONS) == 0) {
			r->mends = versions < it->number;
		} else if (strncmp(it->name, VV_FOLDER_GIT, strlen(VV_FOLDER_GIT)) != 0) {
			r->mends = !vv_folder_has(r->dir, it->name, it->number);
		}
	}
	return rc;
}

static vv_status open_host(run *r, vv_error *err)
{
	const vv_place_facts facts = {
		.mark = &vv_files_mark, .more = VV_HINT_STORE_ROOM, .full = VV_HINT_STORE_ROOM};
	vv_host_change ignored;
	vv_host_options o = {.repo = r->p->repo,
			     .url = r->dir,
			     .progress = vv_notes_begin(r->p->notes),
			     .notes = r->p->notes};
	vv_status rc = vv_folder_place_open(&o.take_place, r->dir, &facts, true, err);

	if (rc < 0 || (rc = vv_host_open(&r->host, &o, err)) < 0) return rc;
	vv_host_mend(r->host);
	return vv_host_refresh(r->host, NULL, NULL, &ignored, err);
}

static vv_status send_blocks(run *r, vv_error *err)
{
	vv_host_sum sum = {0};

	vv_status rc = look_lost(r, err);

	if (rc < 0) return rc;
	if (r->mends || r->history.lost) {
		vv_notes_warn(r->p->notes,
			      "files of '%s' are missing or truncated, and are being written again",
			      vv_text_shows(r->p->folder));
	}
	rc = open_host(r, err);
	r->wants = vv_calloc(r->refs.count + 1, sizeof(*r->wants));
	for (size_t i = 0; r->wants && i < r->refs.count; i++) {
		if (!vv_oid_is_null(&r->refs.items[i].commit)) {
			r->wants[r->want_count++] = r->refs.items[i].commit;
		}
	}
	const vv_host_sending send = {.wants = r->wants,
				      .want_count = r->want_count,
				      .there = r->history.before,
				      .there_count = r->mends ? 0 : r->history.before_count,
				      .verify = r->mends};
	rc = rc < 0 || r->wants ? rc : vv_fail_nomem(err);
	if (rc < 0 || (rc = vv_host_send(r->host, &send, &sum, err)) < 0) return rc;
	r->p->versions = sum.versions;
	r->p->bytes = sum.bytes;
	return VV_OK;
}

/* After the refs moved. */
static vv_status sweep_blocks(run *r, vv_error *err)
{
	const vv_host_sweeping sweep = {.wants = r->wants,
					.want_count = r->want_count,
					.wait_sec = r->p->prune ? 0 : VV_PUBLISH_WAIT_SECONDS,
					.alone = true, /* the caller has the lock */
					.small = SMALL_PACKS};
	vv_host_swept swept;
	bool due = false;
	vv_status rc = vv_host_sweep_due(r->host, &sweep, &due, err);

	if (rc == VV_OK && (due || r->p->prune || r->history.dropped)) {
		rc = vv_host_sweep(r->host, &sweep, &swept, err);
	}
	vv_notes_end(r->p->notes);
	return rc;
}

/* --- the whole ------------------------------------------------------------------------------------ */

/* Folders that varve itself writes into. */
static const char *const own_folders[] = {VV_FOLDER_GIT "/objects/pack/",
					  VV_FOLDER_GIT "/objects/info/", VV_FOLDER_GIT "/info/",
					  VV_FOLDER_GIT "/refs/heads/", "pages/"};

static vv_status open_folder(run *r, vv_error *err)
{
	char cwd[4096];
	bool there;
	vv_status rc = VV_OK;

	if (!getcwd(cwd, sizeof(cwd))) {
		return vv_fail_errno(err, "cannot find the current folder", NULL);
	}
	if (!(r->dir = vv_path_absolute(cwd, r->p->folder))) return vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < sizeof(own_folders) / sizeof(own_folders[0]); i++) {
		rc = vv_has_no_link(r->dir, own_folders[i], err);
	}
	if (rc < 0 ||
	    (rc = vv_folder_state_read(&r->state, r->dir, VV_FOLDER_MARK, &there, err)) < 0 ||
	    (rc = vv_mkdirs(r->dir, err)) < 0) {
		return rc;
	}
	vv_auto(char) *lock = vv_path_join(r->dir, VV_FOLDER_LOCK, (char *)NULL);
	if (!lock) return vv_fail_nomem(err);
	if ((r->lock = vv_lock(lock, true, LOCK_WAIT_MS, err)) < 0) return (vv_status)r->lock;
	vv_folder_state_clear(&r->state); /* another one may have been at work */
	rc = vv_folder_state_read(&r->state, r->dir, VV_FOLDER_MARK, &there, err);
	return rc < 0 || there ? rc : vv_folder_state_write(&r->state, r->dir, VV_FOLDER_MARK, err);
}

/* Commits and rows that only the folder has: refs of this repository keep them. */
static vv_status fetch_back(run *r, vv_error *err)
{
	char *specs[] = {"+refs/heads/*:refs/remotes/published/*",
			 "+refs/tags/*:refs/remotes/published/tags/*"};
	vv_auto(vv_fetch_job) j = {.repo = r->p->repo,
				   .remote = r->dir,
				   .specs = specs,
				   .spec_count = 2,
				   .full = true,
				   .no_tags = true,
				   .saves = true,
				   .quiet = true};
	const vv_status rc = vv_fetch_job_run(&j, err);
	if (rc < 0 || (!j.behind && !j.refused && j.missing == 0)) return rc;
	return vv_fail(err, VV_EMISSING, "'%s' has versions that could not be fetched",
		       vv_text_shows(r->p->folder));
}

/* A job that ends late, or an older clone, does not put the folder back. */
static vv_status check_follows(run *r, vv_error *err)
{
	const vv_folder_history h = {
		.repo = r->p->repo, .state = &r->state, .dir = r->dir, .refs = &r->refs};
	vv_auto(vv_buf) back = VV_BUF_INIT;
	bool heads;
	vv_status rc = vv_folder_history_follows(&h, &back, &heads, err);

	/* Another machine may have signed with this key, and published here. */
	if (rc == VV_OK && heads && !r->p->force) {
		rc = vv_heads_learn(r->p->repo, NULL, r->dir, NULL, r->p->notes, err);
		rc = rc < 0 ? rc
			    : vv_expired_lists_learn(r->p->repo, NULL, r->dir, r->p->notes, err);
	}
	if (rc < 0 || back.len == 0) return rc;
	if (!r->p->force) {
		vv_fail(err, VV_EREFUSED, "'%s' %s", vv_text_shows(r->p->folder), back.data);
		return vv_hint_code(err, VV_HINT_PUBLISH_BACK, r->p->folder);
	}
	if (r->p->prune) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' %s: one run cannot both replace and remove its commits\nuse "
			       "--force now, and --prune in a later run",
			       vv_text_shows(r->p->folder), back.data);
	}
	vv_notes_put(r->p->notes, "the commits of '%s' are saved below refs/remotes/published/",
		     vv_text_shows(r->p->folder));
	return fetch_back(r, err);
}

static vv_status publish_folder(run *r, vv_error *err)
{
	vv_folder_history *h = &r->history;
	vv_status rc;

	*h = (vv_folder_history){
		.repo = r->p->repo, .state = &r->state, .dir = r->dir, .refs = &r->refs};
	h->now = vv_now_sec();
	r->p->written = r->p->too_long = 0;
	if ((rc = vv_tree_each(r->p->repo, vv_shared_refs_head(&r->refs), "", see_entry, r, err)) <
		    0 || /* first: it may refuse, and writes nothing */
	    (rc = vv_folder_history_look(h, err)) < 0 ||
	    (rc = send_blocks(r, err)) < 0 || (rc = vv_folder_history_pack(h, err)) < 0 ||
	    (rc = vv_folder_state_write(&r->state, r->dir, VV_FOLDER_MARK, err)) < 0 ||
	    (!h->same && (rc = vv_folder_history_list(h, err)) < 0) ||
	    (rc = write_tables(r, err)) < 0 ||
	    (!h->same && (rc = vv_folder_history_move(h, err)) < 0)) {
		return rc;
	}
	/* A table that is in the newest version no more has no reader who needs it whole. */
	if ((rc = sweep_blocks(r, err)) < 0 || (rc = remove_tables(r, err)) < 0 ||
	    (rc = vv_folder_state_sweep(
		     &r->state, r->dir,
		     r->p->prune ? UINT64_MAX : (uint64_t)h->now - VV_PUBLISH_WAIT_SECONDS, err)) <
		    0 ||
	    (rc = vv_folder_state_hold(&r->state, r->dir, err)) < 0) {
		return rc;
	}
	r->p->changed = !h->same;
	r->p->tables = r->state.files.count;
	return vv_folder_state_write(&r->state, r->dir, VV_FOLDER_MARK, err);
}

vv_status vv_publish_run(vv_publishing *p, vv_error *err)
{
	vv_auto(run) r = {.p = p, .lock = -1};
	vv_status rc;

	if (vv_repository_is_shallow(p->repo)) {
		return vv_fail(err, VV_EREFUSED,
			       "this clone is shallow: it does not have all history\n"
			       "'git fetch --unshallow' gets the rest of the history");
	}
	/* Again in the folder: another one may have published newer ones while this waited for it. */
	if ((rc = choose_refs(&r, false, err)) < 0 || (rc = open_folder(&r, err)) < 0 ||
	    (rc = check_follows(&r, err)) < 0 || (rc = choose_refs(&r, true, err)) < 0) {
		return rc;
	}
	return publish_folder(&r, err);
}
