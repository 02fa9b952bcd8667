/*
 * journal_recover: undoes an interrupted command.
 *
 * Each path is looked at by itself: its file is as it was before, as the command left it, gone,
 * or somebody else's; likewise its entry in the index. Only what is the command's is touched.
 * Every step leaves what it would find done when it is taken again, so a recovery that is
 * killed is just begun anew.
 *
 * Nothing is thrown away for a command that does something else: what it was to save might go with it.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/dataset_reader.h"
#include "lib/worktree/by_git.h"
#include "lib/worktree/checkout.h"
#include "lib/worktree/journal_internal.h"
#include "repo/git/config.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/worktree.h"
#include "repo/git/merge/conflict_state.h"
#include "repo/git/write_turn.h"

enum { NAMES_MAX = 160, LOOK_MS = 100 };

#define MODE_MODULE 0160000u
typedef struct righting {
	vv_repository *repo;
	vv_journal_log log;
	vv_dataset_reader *reader;
	vv_index *index;
	vv_checkout checkout;
	bool index_changed;
	bool failed, moved; /* the command itself, just now; others moved HEAD meanwhile */
	vv_oid head;
	size_t left; /* paths that somebody went on with */
	vv_buf left_names;
} righting;

typedef enum file_is { FILE_BEFORE, FILE_OURS, FILE_GONE, FILE_OTHER } file_is;

/* --- what is there ----------------------------------------------------------------------- */

static bool is_module(const vv_journal_change *c)
{
	return (c->new_mode & S_IFMT) == MODE_MODULE || (c->old_mode & S_IFMT) == MODE_MODULE;
}

/* Has the file this version of a dataset, read as a later version of it, or is it its pointer? */
static bool has_table(righting *u, const char *path, const vv_oid *id)
{
	vv_dataset_options opts = VV_DATASET_OPTIONS_INIT;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_dataset_found) found = {0};
	vv_pointer p;
	bool pointer = false, has = false;

	vv_dataset_found_init(&found);
	if (vv_dataset_reader_pointer(u->reader, id, &arena, &p, VV_IGNORED) == VV_OK) {
		opts.parent = &p;
		has = vv_dataset_reader_import_file(u->reader, path, &opts, NULL, &found, &pointer,
						    VV_IGNORED) == VV_OK &&
		      (pointer ? vv_oid_equal(&found.blob, id)
			       : vv_cid_equal(&found.result.cid, &p.root));
	}
	return has;
}

/* Has the file this version of the path? */
static bool has_version(righting *u, const char *path, uint32_t mode, const vv_oid *id)
{
	vv_index_entry e = {.path = path, .mode = mode, .id = *id};
	bool clean = false, dataset = false;

	if (S_ISREG(mode) &&
	    vv_dataset_reader_is_pointer(u->reader, id, &dataset, VV_IGNORED) == VV_OK && dataset) {
		return has_table(u, path, id);
	}
	return mode != 0 && vv_checkout_is_clean(&u->checkout, &e, &clean, VV_IGNORED) == VV_OK &&
	       clean;
}

static file_is look_at_file(righting *u, const vv_journal_entry *e)
{
	const vv_journal_change *c = &e->change;
	char now[VV_IDENTITY_MAX], kept[VV_IDENTITY_MAX];
	char *copy;
	vv_stat st;

	vv_journal_identity_at(now, u->repo, c->path, false);
	if (strcmp(now, e->was) == 0) return FILE_BEFORE;
	if (now[0] == '\0') return FILE_GONE;
	for (const vv_journal_put *p = e->puts; p; p = p->next) {
		if (strcmp(p->identity, now) == 0) return FILE_OURS;
	}
	if (e->kept && (copy = vv_journal_kept_place(u->repo, e->kept))) {
		/* Put back by a recovery that did not come to its end. */
		kept[0] = '\0';
		if (vv_lstat(&st, copy, NULL) == VV_OK) {
			vv_journal_identity(kept, &st);
		}
		vv_free(copy);
		if (strcmp(kept, now) == 0) return FILE_BEFORE;
	}
	/* A power cut may have taken the line that tells of it, not the file. */
	if (has_version(u, c->path, c->old_mode, &c->old_id)) return FILE_BEFORE;
	return c->known && has_version(u, c->path, c->new_mode, &c->new_id) ? FILE_OURS
									    : FILE_OTHER;
}

static bool side_equal(const vv_index_side *a, const vv_index_side *b)
{
	return a->mode == b->mode && (a->mode == 0 || vv_oid_equal(&a->id, &b->id));
}

static void read_sides(const vv_index *x, const char *path, vv_index_side sides[4])
{
	memset(sides, 0, 4 * sizeof(sides[0]));
	for (int stage = 0; stage < 4; stage++) {
		vv_index_entry e;

		if (stage ? vv_index_get_stage(x, path, stage, &e) : vv_index_get(x, path, &e)) {
			sides[stage] = (vv_index_side){e.mode, e.id};
		}
	}
}

static bool in_conflict(const vv_index_side sides[4])
{
	return sides[1].mode || sides[2].mode || sides[3].mode;
}

typedef enum entry_is { ENTRY_BEFORE, ENTRY_OURS, ENTRY_OTHER } entry_is;

static entry_is look_at_entry(const righting *u, const vv_journal_entry *e)
{
	const vv_journal_change *c = &e->change;
	const vv_index_side wanted = {c->new_mode, c->new_id};
	vv_index_side now[4];
	bool same = true;

	read_sides(u->index, c->path, now);
	for (size_t i = 0; i < 4; i++) {
		same = same && side_equal(&now[i], &e->sides[i]);
	}
	if (same) return ENTRY_BEFORE;
	if (c->conflict ? in_conflict(now)
			: !in_conflict(now) && (!c->known || side_equal(&now[0], &wanted))) {
		return ENTRY_OURS;
	}
	return ENTRY_OTHER;
}

/* Does the index have all that the command was to write there? */
static bool index_is_written(const righting *u)
{
	bool any = false;

	for (size_t i = 0; i < u->log.entry_count; i++) {
		const vv_journal_entry *e = &u->log.entries[i];
		vv_index_side wanted[4] = {{e->change.new_mode, e->change.new_id}};
		bool changes = !e->change.known || e->change.conflict;

		for (size_t k = 0; k < 4; k++) {
			changes = changes || !side_equal(&wanted[k], &e->sides[k]);
		}
		if (e->change.work_only || !changes) {
			continue;
		}
		if (look_at_entry(u, e) != ENTRY_OURS) return false;
		any = true;
	}
	return any;
}

static bool head_is(const vv_head *head, const char *branch, const vv_oid *commit)
{
	return vv_oid_equal(&head->commit, commit) &&
	       (branch ? head->branch && strcmp(head->branch, branch) == 0 : !head->branch);
}

/* --- one path ---------------------------------------------------------------------------- */

static void leave(righting *u, const char *path)
{
	vv_buf *b = &u->left_names;

	u->left++;
	if (b->len < NAMES_MAX) {
		vv_buf_puts(b, u->left > 1 ? ", " : "");
		vv_text_put_escaped(b, path, strlen(path));
	} else if (b->data[b->len - 1] != '.') {
		vv_buf_puts(b, ", ...");
	}
}

/* The kept file takes its place again, and stays kept until all is right. */
static vv_status put_kept(righting *u, const char *path, uint64_t number, vv_error *err)
{
	vv_auto(char) *copy = vv_journal_kept_place(u->repo, number),
		      *file = vv_repository_file(u->repo, path);
	vv_auto(vv_new_file) f = {0};
	vv_status rc;

	if (!copy || !file) return vv_fail_nomem(err);
	if ((rc = vv_worktree_check_above(u->repo, path, err)) < 0 ||
	    (rc = vv_mkdirs_above(file, err)) < 0) {
		return rc;
	}
	vv_auto(char) *dir = vv_worktree_temp_dir(u->repo, file);
	if ((rc = vv_new_file_open(&f, dir, ".varve-", err)) < 0 ||
	    (rc = vv_journal_keep_file(copy, f.temp, err)) < 0) {
		return rc;
	}
	return vv_rename(f.temp, file, err); /* which does nothing to two names of one file */
}

/* The version with which the path is to end, when it is not kept: mode 0, nothing. */
static vv_status put_version(righting *u, const vv_journal_entry *e, uint32_t mode,
			     const vv_oid *id, vv_error *err)
{
	const char *path = e->change.path;
	vv_index_side now[4];
	vv_status rc;

	if (mode == 0) return vv_worktree_remove(u->repo, path, err);
	read_sides(u->index, path, now);
	if (in_conflict(now)) { /* vv_checkout_write would take the conflict for settled */
		const vv_index_side sides[3] = {now[1], now[2], now[3]};

		rc = vv_checkout_write(&u->checkout, path, mode, id, true, err);
		return rc < 0 ? rc : vv_index_set_conflict(u->index, path, sides, err);
	}
	/* Where the entry is this version it gets the stat of the file. */
	rc = vv_checkout_write(&u->checkout, path, mode, id,
			       now[0].mode == mode && vv_oid_equal(&now[0].id, id), err);
	u->index_changed = u->index_changed || rc == VV_OK;
	return rc;
}

/* A file or folder that was renamed gets its old name again. */
static vv_status move_back(righting *u, const vv_journal_entry *e, vv_error *err)
{
	const vv_journal_change *c = &e->change;
	char at_from[VV_IDENTITY_MAX], at_to[VV_IDENTITY_MAX];
	vv_auto(char) *from = NULL, *to = NULL;
	vv_status rc;

	vv_journal_identity_at(at_from, u->repo, c->from, true);
	vv_journal_identity_at(at_to, u->repo, c->path, true);
	if (strcmp(at_from, e->was) == 0) return VV_OK;
	if (at_from[0] || strcmp(at_to, e->was) != 0) {
		leave(u, c->path);
		return VV_OK;
	}
	from = vv_repository_file(u->repo, c->from);
	to = vv_repository_file(u->repo, c->path);
	if (!from || !to) {
		rc = vv_fail_nomem(err);
	} else if ((rc = vv_mkdirs_above(from, err)) == VV_OK &&
		   (rc = vv_rename(to, from, err)) == VV_OK) {
		rc = vv_worktree_remove(u->repo, c->path, err); /* folders made for it */
	}
	return rc;
}

/* removals: only those; else only the others. */
static vv_status undo_file(righting *u, const vv_journal_entry *e, bool removals, vv_error *err)
{
	const vv_journal_change *c = &e->change;
	file_is is;

	if (c->index_only || is_module(c)) return VV_OK;
	if (c->from) return removals ? move_back(u, e, err) : VV_OK;
	if ((e->was[0] == '\0') != removals || (is = look_at_file(u, e)) == FILE_BEFORE) {
		return VV_OK;
	}
	if (is == FILE_OTHER) {
		leave(u, c->path);
		return VV_OK;
	}
	vv_status rc = e->was[0] == '\0' ? vv_worktree_remove(u->repo, c->path, err)
		       : e->kept         ? put_kept(u, c->path, e->kept, err)
					 : put_version(u, e, c->old_mode, &c->old_id, err);
	if (strcmp(vv_path_base(c->path), ".gitattributes") == 0) {
		vv_attr_flush(u->repo);
	}
	return rc;
}

static vv_status finish_file(righting *u, const vv_journal_entry *e, bool removals, vv_error *err)
{
	const vv_journal_change *c = &e->change;

	if (c->index_only || is_module(c) || !c->known || (c->new_mode == 0) != removals) {
		return VV_OK;
	}
	file_is is = look_at_file(u, e);
	if (is == FILE_OURS || (c->new_mode == 0 && is == FILE_GONE)) return VV_OK;
	if (is == FILE_OTHER) {
		leave(u, c->path);
		return VV_OK;
	}
	vv_status rc = put_version(u, e, c->new_mode, &c->new_id, err);
	if (strcmp(vv_path_base(c->path), ".gitattributes") == 0) {
		vv_attr_flush(u->repo);
	}
	if (rc == VV_EMISSING || rc == VV_EREFUSED) { /* the command would say so, too */
		vv_error_clear(err);
		leave(u, c->path);
		rc = VV_OK;
	}
	return rc;
}

static vv_status set_sides(righting *u, const char *path, const vv_index_side sides[4],
			   vv_error *err)
{
	u->index_changed = true;
	if (in_conflict(sides)) return vv_index_set_conflict(u->index, path, &sides[1], err);
	if (sides[0].mode) {
		return vv_index_set(u->index, path, sides[0].mode, &sides[0].id, NULL, err);
	}
	vv_status rc = vv_index_remove(u->index, path, err);
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static vv_status right_entry(righting *u, const vv_journal_entry *e, vv_error *err)
{
	const vv_journal_change *c = &e->change;

	if (c->work_only) return VV_OK;
	switch (look_at_entry(u, e)) {
	case ENTRY_BEFORE:
		return VV_OK;
	case ENTRY_OURS:
		return set_sides(u, c->path, e->sides, err);
	default:
		leave(u, c->path);
		return VV_OK;
	}
}

/* --- all of it --------------------------------------------------------------------------- */

/* Did others commit meanwhile what the command had staged? Then it is theirs. */
static bool is_committed(const righting *u, const vv_journal_entry *e)
{
	vv_auto(vv_tree_entry) at = {0};

	return u->moved && e->change.known && e->change.new_mode &&
	       vv_tree_entry_at(u->repo, &u->head, e->change.path, &at, VV_IGNORED) == VV_OK &&
	       vv_oid_equal(&at.id, &e->change.new_id);
}

/* Is the index there as the commit has it to which others moved HEAD? Then nothing of it is the command's. */
static bool is_as_in_head(const righting *u, const char *path)
{
	vv_auto(vv_tree_entry) at = {0};
	vv_index_side now[4];

	if (!u->moved) return false;
	read_sides(u->index, path, now);
	return vv_tree_entry_at(u->repo, &u->head, path, &at, VV_IGNORED) == VV_OK &&
	       vv_oid_equal(&at.id, &now[0].id);
}

static vv_status right_paths(righting *u, vv_error *err)
{
	vv_status rc = VV_OK;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; rc == VV_OK && i < u->log.entry_count; i++) {
			const vv_journal_entry *e = &u->log.entries[i];

			if (is_committed(u, e)) {
				continue;
			}
			rc = undo_file(u, e, pass == 0, err);
		}
	}
	for (size_t i = 0; rc == VV_OK && i < u->log.entry_count; i++) {
		if (!is_as_in_head(u, u->log.entries[i].change.path)) {
			rc = right_entry(u, &u->log.entries[i], err);
		}
	}
	return rc == VV_OK && u->index_changed ? vv_index_write(u->index, err) : rc;
}

static vv_status undo_files_of_git(righting *u, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < u->log.file_count; i++) {
		const vv_journal_pair *p = &u->log.files[i];
		vv_auto(char) *file = vv_path_join(vv_repository_gitdir(u->repo), p->name,
						   (char *)NULL),
			      *kept = vv_journal_kept_place(u->repo, p->kept);

		if (!file || !kept) {
			return vv_fail_nomem(err);
		} else if (p->kept) {
			if ((rc = vv_journal_keep_file(kept, file, err)) < 0) return rc;
		} else {
			if ((rc = vv_unlink(file, true, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

/* Conflicts that are recorded, and that the index does not have any more, or never had. */
static vv_status drop_records(righting *u, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < u->log.entry_count; i++) {
		vv_index_side now[4];

		read_sides(u->index, u->log.entries[i].change.path, now);
		if (!in_conflict(now)) {
			rc = vv_conflict_drop(u->repo, u->log.entries[i].change.path, err);
			rc = rc == VV_ENOTFOUND ? VV_OK : rc;
		}
	}
	return rc;
}

/* The work tree is not synced: a power cut may have brought back files of before, where index and refs are
 * after. */
static vv_status bring_forward(righting *u, vv_error *err)
{
	vv_status rc = VV_OK;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; rc == VV_OK && i < u->log.entry_count; i++) {
			const vv_journal_entry *e = &u->log.entries[i];

			if (!e->change.from && !e->change.conflict &&
			    look_at_entry(u, e) == ENTRY_OURS &&
			    look_at_file(u, e) == FILE_BEFORE) {
				rc = finish_file(u, e, pass == 0, err);
			}
		}
	}
	return rc == VV_OK && u->index_changed ? vv_index_write(u->index, err) : rc;
}

/* What was left to do after the end. */
static vv_status complete(righting *u, vv_error *err)
{
	vv_status rc;

	rc = drop_records(u, err);
	return rc < 0 ? rc : bring_forward(u, err);
}

static vv_status undo(righting *u, vv_error *err)
{
	vv_status rc = right_paths(u, err);

	rc = rc < 0 ? rc : undo_files_of_git(u, err);
	return rc < 0 ? rc : drop_records(u, err);
}

/* --- what is left over ------------------------------------------------------------------- */

/* A name that varve gives to files in the making: vv_temp_open's, or a link's. */
static bool is_temp_name(const char *name)
{
	if (strncmp(name, ".varve-", 7) != 0) return false;
	const char *random = name + (strncmp(name + 7, "tmp-", 4) == 0 ? 11 : 7);
	size_t len = strlen(random);
	return (len == VV_TEMP_RANDOM || len == 16) &&
	       strspn(random, "0123456789abcdefghijklmnopqrstuvwxyz") == len;
}

static vv_status sweep(const righting *u, const char *folder, bool tracked, vv_error *err)
{
	vv_auto(char) *dir = tracked ? vv_repository_file(u->repo, folder) : vv_strdup(folder);
	char **names = NULL;
	size_t count = 0;
	vv_status rc = dir ? VV_OK : vv_fail_nomem(err);

	if (rc == VV_OK && vv_list_dir(&names, &count, dir, NULL) < 0) {
		count = 0; /* not there */
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_auto(char) *file = is_temp_name(names[i])
					      ? vv_path_join(dir, names[i], (char *)NULL)
					      : NULL,
			      *path = *folder ? vv_path_join(folder, names[i], (char *)NULL)
					      : vv_strdup(names[i]);
		vv_index_entry e;
		vv_stat st;

		if (!path) {
			rc = vv_fail_nomem(err);
		} else if (file && !(tracked && vv_index_get(u->index, path, &e)) &&
			   vv_lstat(&st, file, NULL) == VV_OK && !S_ISDIR(st.mode)) {
			rc = vv_unlink(file, true, err);
		}
	}
	vv_names_free(names, count);
	return rc;
}

/* Temporary files beside the paths, and folders made for files that never came. */
static vv_status sweep_all(const righting *u, vv_error *err)
{
	char *last = NULL;
	vv_auto(char) *own = vv_path_join(vv_repository_statedir(u->repo), "tmp", (char *)NULL);
	vv_status rc = own ? sweep(u, own, false, err) : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < u->log.entry_count; i++) {
		const vv_journal_change *c = &u->log.entries[i].change;
		const char *slash = strrchr(c->path, '/');
		char *folder = vv_strndup(c->path, slash ? (size_t)(slash - c->path) : 0);
		char now[VV_IDENTITY_MAX];

		if (!folder) {
			rc = vv_fail_nomem(err);
			break;
		}
		if (c->index_only || vv_worktree_check_above(u->repo, c->path, NULL) < 0) {
			vv_free(folder);
			continue;
		}
		if (!last || strcmp(last, folder) != 0) {
			rc = sweep(u, folder, true, err);
		}
		vv_free(last);
		last = folder;
		vv_journal_identity_at(now, u->repo, c->path, true);
		if (rc == VV_OK && now[0] == '\0') {
			rc = vv_worktree_remove(u->repo, c->path, err);
		}
	}
	vv_free(last);
	return rc;
}

/* What cannot be used stays where somebody may look at it. *name: where, owned. */
static vv_status put_aside(vv_repository *r, char **name, vv_error *err)
{
	vv_auto(char) *folder = vv_journal_place(r, NULL);

	*name = NULL;
	for (unsigned i = 1; folder && i < 1000; i++) {
		vv_auto(char) *b = vv_asprintf("%s-old-%u", folder, i);
		if (vv_alloc_ok(b, err) < 0 || !vv_exists(b)) {
			*name = vv_take(&b);
			break;
		}
	}
	return *name ? vv_rename(folder, *name, err) : vv_fail_nomem(err);
}

/* --- deciding ---------------------------------------------------------------------------- */

typedef enum outcome { UNDONE, COMPLETE, GONE_ON } outcome;

/* Is HEAD a commit made on what it was before? Then it is the merge's, whoever made it. */
static bool is_next(righting *u, const vv_head *head)
{
	const vv_journal_log *l = &u->log;
	vv_commit c;
	bool is = false;

	if (l->opts.end != VV_JOURNAL_END_HEAD ||
	    (head->branch && l->old.branch ? strcmp(head->branch, l->old.branch) != 0
					   : head->branch != l->old.branch)) {
		return false;
	}
	if (vv_commit_read(u->repo, &head->commit, &c, VV_IGNORED) == VV_OK) {
		is = vv_oid_is_null(&l->old.commit)
			     ? c.parent_count == 0
			     : c.parent_count > 0 && vv_oid_equal(&c.parents[0], &l->old.commit);
		vv_commit_clear(&c);
	}
	return is;
}

/* Has HEAD all that the command staged? Then the commit is its own, or has the same. */
static bool all_is_committed(const righting *u)
{
	for (size_t i = 0; i < u->log.entry_count; i++) {
		const vv_journal_change *c = &u->log.entries[i].change;
		vv_auto(vv_tree_entry) at = {0};

		if (!c->known || c->work_only) {
			continue;
		}
		vv_status rc = vv_tree_entry_at(u->repo, &u->head, c->path, &at, VV_IGNORED);
		if (c->new_mode ? rc < 0 || !vv_oid_equal(&at.id, &c->new_id)
				: rc != VV_ENOTFOUND) {
			return false;
		}
	}
	return true;
}

static vv_status decide(righting *u, outcome *out, vv_error *err)
{
	const vv_journal_log *l = &u->log;
	vv_auto(vv_head) head = {0};
	vv_status rc = vv_head_read(u->repo, &head, err);

	if (rc < 0) return rc;
	bool same = head_is(&head, l->old.branch, &l->old.commit);
	bool moved = is_next(u, &head);
	*out = UNDONE;
	u->head = head.commit;
	if (!same && u->failed && !(moved && all_is_committed(u))) {
		u->moved = true; /* by others: a program of Git's does not wait for the turn */
	} else if (!same) {
		*out = moved ? COMPLETE : GONE_ON;
	} else if (l->opts.end == VV_JOURNAL_END_INDEX && index_is_written(u)) {
		*out = COMPLETE;
	}
	return VV_OK;
}

static vv_status carry_out(righting *u, outcome out, vv_error *err)
{
	vv_status rc = out == UNDONE ? undo(u, err) : out == COMPLETE ? complete(u, err) : VV_OK;

	return rc < 0 ? rc : sweep_all(u, err);
}

static void say(const righting *u, outcome out, const char *aside)
{
	static const char *const words[] = {"is undone now", "was complete",
					    "stays as it is, since HEAD has moved on"};
	const vv_notes *notes = vv_repository_notes(u->repo);
	const char *what = vv_text_shows(u->log.opts.what);

	if (u->left) {
		vv_notes_warn(notes, "%s was interrupted and %s, but for %s, changed since: %s",
			      what, words[out], vv_text_counted(u->left, "path", "paths"),
			      vv_buf_cstr(&u->left_names));
	} else if (!u->failed) {
		vv_notes_put(notes, "%s was interrupted; it %s", what, words[out]);
	}
	if (aside) {
		vv_notes_put(notes, "hint: the previous content of the files is in '%s'",
			     vv_text_shows(aside));
	}
}

static bool keeps_files(const vv_journal_log *l)
{
	for (size_t i = 0; i < l->entry_count; i++) {
		if (l->entries[i].kept) return true;
	}
	return false;
}

/* All is right by now: that the journal might come back after a power cut does not change it. */
static vv_status drop(const righting *u, vv_error *err)
{
	vv_auto(char) *log = vv_journal_place(u->repo, VV_JOURNAL_LOG);
	vv_status rc = vv_journal_drop(u->repo, true, err);

	if (rc < 0 && log && !vv_exists(log)) {
		if (!u->failed) {
			vv_notes_warn(vv_repository_notes(u->repo), "%s", err->message);
		}
		vv_error_clear(err);
		rc = VV_OK;
	}
	return rc;
}

static vv_status right_log(righting *u, vv_journal_found *found, vv_error *err)
{
	outcome out = UNDONE;
	vv_auto(char) *aside = NULL;
	vv_status rc;

	if ((rc = vv_index_open(&u->index, u->repo, err)) < 0 ||
	    (rc = vv_dataset_reader_open(&u->reader, u->repo,
					 vv_notes_begin(vv_repository_notes(u->repo)), err)) < 0) {
		return rc;
	}
	vv_checkout_init(&u->checkout, u->repo, u->reader, u->index);
	u->checkout.pointer_ok = true;
	rc = decide(u, &out, err);
	if (found) {
		found->undone = rc == VV_OK && out == UNDONE;
	}
	if (rc == VV_OK && (rc = carry_out(u, out, err)) == VV_OK) {
		/* Bytes that went nowhere are not thrown away. */
		rc = keeps_files(&u->log) && (u->left || out >= GONE_ON)
			     ? put_aside(u->repo, &aside, err)
			     : drop(u, err);
	}
	vv_notes_end(vv_repository_notes(u->repo));
	if (rc == VV_OK) {
		(void)vv_checkout_note_missing(&u->checkout);
		say(u, out, aside);
		if (found) {
			found->finished = out == COMPLETE;
			(void)snprintf(found->command, sizeof(found->command), "%s",
				       u->log.opts.command);
		}
	}
	vv_checkout_clear(&u->checkout);
	return rc;
}

static vv_status give_up(vv_repository *r, vv_error *err)
{
	vv_auto(char) *aside = NULL;
	vv_status rc = put_aside(r, &aside, err);

	if (rc == VV_OK) {
		vv_notes_warn(vv_repository_notes(r),
			      "a command was interrupted here, and its journal is damaged: files "
			      "and index stay as they are");
		vv_notes_hint(vv_repository_notes(r), VV_HINT_STATUS);
		vv_notes_put(
			vv_repository_notes(r),
			"hint: its journal, with the previous content of the files, is in '%s'",
			vv_text_shows(aside));
	}
	return rc;
}

vv_status vv_journal_put_right(vv_repository *r, bool failed, vv_journal_found *found,
			       vv_error *err)
{
	righting u = {.repo = r, .failed = failed};
	char *folder = vv_journal_place(r, NULL);
	bool there = folder && vv_exists(folder);
	vv_error why;

	vv_free(folder);
	if (!there) return folder ? VV_OK : vv_fail_nomem(err);
	vv_status rc = vv_journal_read(&u.log, r, &why);
	if (rc == VV_ENOTFOUND) {
		rc = vv_journal_drop(r, false, err); /* it was never ready: nothing had changed */
	} else if (rc == VV_ECORRUPT || (rc == VV_OK && u.log.damaged)) {
		rc = give_up(r, err);
	} else if (rc < 0) {
		*err = why;
	} else if ((rc = right_log(&u, found, err)) < 0) {
		(void)vv_prefix(err, "%s was interrupted and cannot be put right",
				vv_text_shows(u.log.opts.what));
	}
	vv_dataset_reader_close(u.reader);
	vv_index_close(u.index);
	vv_buf_clear(&u.left_names);
	vv_journal_log_clear(&u.log);
	return rc;
}

/* The journal's lock, when nobody has it (for longer than `status` looks at it); -1. */
static int lock_now(vv_repository *r)
{
	vv_auto(char) *file = vv_path_join(vv_repository_statedir(r), VV_JOURNAL_LOCK,
					   (char *)NULL);
	int fd = file ? vv_lock(file, true, LOOK_MS, NULL) : -1;

	return fd < 0 ? -1 : fd;
}

static bool is_there(vv_repository *r)
{
	vv_auto(char) *folder = vv_journal_place(r, NULL);
	return folder && vv_exists(folder);
}

bool vv_journal_was(const vv_journal_found *f, const char *command)
{
	size_t len = strlen(command);

	return (f->undone || f->finished) && strncmp(f->command, command, len) == 0 &&
	       (f->command[len] == '\0' || f->command[len] == ' ');
}

vv_status vv_journal_recover(vv_repository *r, const char *command, vv_journal_found *found,
			     vv_error *err)
{
	vv_status rc;
	int fd;

	if (found) {
		memset(found, 0, sizeof(*found));
	}
	if ((rc = vv_write_turn_take(r, err)) < 0) return rc;
	vv_auto(char) *temps = vv_path_join(vv_repository_statedir(r), "tmp", (char *)NULL);
	if (!temps) return vv_fail_nomem(err);
	vv_temp_sweep(temps, ".varve-"); /* what takes the place of the work tree's files */
	vv_temp_sweep(temps, VV_WRITE_TEMP);
	if (vv_repository_is_bare(r)) return VV_OK;
	vv_journal_found own = {0};
	vv_recovered recovered;
	if ((rc = vv_by_git_recover(r, command, &recovered, own.command, err)) < 0) return rc;
	if (found && recovered != VV_RECOVERED_NOTHING) {
		own.undone = recovered == VV_RECOVERED_UNDONE;
		own.finished = !own.undone;
		*found = own;
	}
	if (!is_there(r) || (fd = lock_now(r)) < 0) return VV_OK;
	rc = vv_journal_put_right(r, false, found, err);
	vv_unlock(fd);
	return rc;
}

void vv_journal_tell(vv_repository *r)
{
	const vv_notes *notes = vv_repository_notes(r);
	vv_auto(vv_journal_log) log = {0};
	vv_error why;
	int fd;

	vv_by_git_tell(r);
	if (!is_there(r) || (fd = lock_now(r)) < 0) return;
	vv_status rc = vv_journal_read(&log, r, &why);
	if (rc == VV_ENOSUPPORT) {
		vv_notes_warn(notes, "%s", why.message);
	} else if (rc == VV_ECORRUPT || (rc == VV_OK && log.damaged)) {
		vv_notes_warn(notes, "a command was interrupted here, "
				     "and its journal is damaged");
	} else if (rc == VV_OK) {
		vv_notes_put(notes,
			     "%s was interrupted; the next command that changes something here "
			     "undoes it",
			     vv_text_shows(log.opts.what));
	}
	vv_unlock(fd);
}
