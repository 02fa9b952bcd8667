/*
 * switch_tree: when a switch would lose something. The rules are git's (two-tree
 * merge): a path that differs between the commits must be in index and work tree as the
 * first commit has it, or in the index as the second has it; a path that the second
 * commit adds must not be in the way of an untracked file.
 */
#include "lib/worktree/switch_tree.h"

#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/worktree/last_copy.h"
#include "repo/git/index/attributes.h"

#define LISTED_MAX 20

/* Paths that stand in the way, by reason. */
typedef struct obstacles {
	char **changed, **untracked;
	size_t changed_count, changed_cap, untracked_count, untracked_cap;
} obstacles;

static vv_status push(char ***list, size_t *count, size_t *cap, const char *text, vv_error *err)
{
	if (!vv_array_room(*list, *count, *cap) || !((*list)[*count] = vv_strdup(text))) {
		return vv_fail_nomem(err);
	}
	(*count)++;
	return VV_OK;
}

static vv_status add_step(void *payload, const vv_change *change, vv_error *err)
{
	vv_tree_switch *s = payload;
	vv_status rc;

	if (change->new_mode && (rc = vv_path_check_plain(change->path, err)) < 0) return rc;
	if (!vv_array_room(s->steps, s->count, s->cap)) return vv_fail_nomem(err);
	vv_tree_step *step = &s->steps[s->count];
	*step = (vv_tree_step){.path = vv_strdup(change->path)};
	if (!step->path) return vv_fail_nomem(err);
	step->old_mode = change->old_mode;
	step->new_mode = change->new_mode;
	step->old_id = change->old_id;
	step->new_id = change->new_id;
	s->count++;
	return VV_OK;
}

/* The step for a path, or NULL. */
static const vv_tree_step *find_step(const vv_tree_switch *s, const char *path)
{
	size_t at = vv_first_place(i, s->count, strcmp(s->steps[i].path, path) < 0);

	return at < s->count && strcmp(s->steps[at].path, path) == 0 ? &s->steps[at] : NULL;
}

static bool goes(const vv_tree_switch *s, const char *path)
{
	const vv_tree_step *step = find_step(s, path);

	return step && step->old_mode && !step->new_mode;
}

/* Is something untracked where the path is to come? A file of the first commit that
 * goes is not in the way, nor is what Git ignores. */
static vv_status is_in_the_way(vv_tree_switch *s, const char *path, bool *out, vv_error *err)
{
	vv_checkout *c = s->checkout;
	vv_auto(char) *part = vv_strdup(path);
	char *file;
	vv_index_entry e;
	vv_stat st;
	bool there, ignored = false;
	vv_status rc = VV_OK;

	*out = false;
	if (!part) return vv_fail_nomem(err);
	for (char *slash = strchr(part, '/'); rc == VV_OK; slash = strchr(slash + 1, '/')) {
		if (slash) {
			*slash = '\0';
		}
		if (!(file = vv_repository_file(c->repo, part))) {
			rc = vv_fail_nomem(err);
			break;
		}
		there = vv_lstat(&st, file, VV_IGNORED) == VV_OK;
		vv_free(file);
		if (!there) {
			break;
		}
		if (!S_ISDIR(st.mode)) {
			/* A file, here or in place of a folder above. */
			if (!goes(s, part) && !vv_index_get(c->index, part, &e)) {
				rc = vv_path_ignored(c->repo, part, &ignored, err);
				*out = !ignored;
			}
			break;
		}
		if (!slash) {
			*out = true; /* a folder in place of the file; refined by the caller */
			break;
		}
		*slash = '/';
	}
	return rc;
}

typedef struct folder_check {
	bool any;
} folder_check;

static vv_status on_untracked(void *payload, const char *path VV_UNUSED, vv_error *err VV_UNUSED)
{
	((folder_check *)payload)->any = true;
	return VV_OK;
}

/* A folder where a file is to come: fine when all in it is tracked and goes. */
static vv_status folder_keeps(vv_tree_switch *s, const char *path, bool *out, vv_error *err)
{
	vv_index *x = s->checkout->index;
	size_t len = strlen(path);
	folder_check check = {false};
	vv_index_entry e;

	*out = false;
	for (size_t i = 0; i < vv_index_count(x); i++) {
		vv_index_at(x, i, &e);
		if (strncmp(e.path, path, len) == 0 && e.path[len] == '/' && !goes(s, e.path)) {
			*out = true;
			return VV_OK;
		}
	}
	vv_status rc = vv_untracked_each(x, path, true, on_untracked, &check, err);
	*out = check.any;
	return rc;
}

static vv_status check_new_path(vv_tree_switch *s, const vv_tree_step *step, obstacles *o,
				vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(s->checkout->repo, step->path);
	vv_stat st;
	bool blocked = false;

	if (!file) return vv_fail_nomem(err);
	bool folder = vv_lstat(&st, file, VV_IGNORED) == VV_OK && S_ISDIR(st.mode);
	if ((step->new_mode & S_IFMT) == 0160000) {
		return VV_OK; /* a submodule's folder may be there */
	}
	vv_status rc = folder ? folder_keeps(s, step->path, &blocked, err)
			      : is_in_the_way(s, step->path, &blocked, err);
	if (rc == VV_OK && blocked) {
		rc = push(&o->untracked, &o->untracked_count, &o->untracked_cap, step->path, err);
	}
	return rc;
}

static vv_status check_step(vv_tree_switch *s, vv_tree_step *step, obstacles *o, vv_error *err)
{
	vv_index_entry e;
	bool has = vv_index_get(s->checkout->index, step->path, &e), clean = true;
	vv_status rc;

	if (has ? step->new_mode && e.mode == step->new_mode && vv_oid_equal(&e.id, &step->new_id)
		: !step->new_mode) {
		step->in_index =
			true; /* staged already as the new commit has it: the file stays as it is */
		return VV_OK;
	}
	if (!has && step->old_mode) {
		/* Removed from the index, and the new commit has another version. */
		return push(&o->changed, &o->changed_count, &o->changed_cap, step->path, err);
	}
	if (!has) return check_new_path(s, step, o, err);
	if (!step->old_mode || e.mode != step->old_mode || !vv_oid_equal(&e.id, &step->old_id)) {
		clean = false; /* staged, and neither the old nor the new version */
	} else if ((rc = vv_checkout_is_clean(s->checkout, &e, &clean, err)) < 0 ||
		   (clean && (rc = vv_last_copy_keep(s->checkout->repo, s->checkout->reader,
						     s->checkout->index, step->path, err)) < 0)) {
		return rc;
	}
	return clean ? VV_OK
		     : push(&o->changed, &o->changed_count, &o->changed_cap, step->path, err);
}

static void list_names(const vv_tree_switch *s, const char *heading, char **names, size_t count)
{
	const vv_notes *notes = vv_repository_notes(s->checkout->repo);
	size_t i;

	if (count == 0) return;
	vv_notes_put(notes, "%s", heading);
	for (i = 0; i < count && i < LISTED_MAX; i++) {
		vv_notes_put(notes, "    %s", vv_text_shows(names[i]));
	}
	if (i < count) {
		vv_notes_put(notes, "    ... and %zu more", count - i);
	}
}

static void free_list(char **list, size_t count)
{
	vv_names_free(list, count);
}

static vv_status check_all(vv_tree_switch *s, vv_error *err)
{
	obstacles o = {0};
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < s->count; i++) {
		rc = check_step(s, &s->steps[i], &o, err);
	}
	if (rc == VV_OK && o.changed_count + o.untracked_count > 0) {
		list_names(s, "local changes to these files would be lost:", o.changed,
			   o.changed_count);
		list_names(s, "these untracked files would be overwritten:", o.untracked,
			   o.untracked_count);
		s->would_lose = true;
		rc = vv_fail(err, VV_EREFUSED,
			     "not switched\n"
			     "%s",
			     o.changed_count
				     ? "commit your changes, or put them away with 'git stash', or "
				       "lose them with --discard-changes"
				     : "move these files away or add them first");
	}
	free_list(o.changed, o.changed_count);
	free_list(o.untracked, o.untracked_count);
	return rc;
}

/* With force, every path that is not already as the new commit has it. */
static vv_status force_entry(void *payload, const vv_tree_entry *t, vv_error *err)
{
	vv_tree_switch *s = payload;
	vv_change change = {t->path, 0, t->mode, {{0}}, t->id};
	vv_index_entry e;
	char *file;
	bool clean = false;
	vv_status rc = VV_OK;

	if (vv_index_get(s->checkout->index, t->path, &e)) {
		change.old_mode = e.mode;
		change.old_id = e.id;
		if (e.mode == t->mode && vv_oid_equal(&e.id, &t->id)) {
			if (!(file = vv_repository_file(s->checkout->repo, t->path))) {
				return vv_fail_nomem(err);
			}
			clean = vv_exists(file);
			vv_free(file);
			rc = clean ? vv_checkout_is_clean(s->checkout, &e, &clean, err) : VV_OK;
		}
	}
	return rc < 0 || clean ? rc : add_step(s, &change, err);
}

static vv_status force_gone(void *payload, const vv_change *change, vv_error *err)
{
	vv_change gone = {change->path, change->new_mode, 0, change->new_id, {{0}}};

	/* From the commit's side the index's additions are what has to go. */
	return change->old_mode == 0 ? add_step(payload, &gone, err) : VV_OK;
}

static vv_status force_all(vv_tree_switch *s, const vv_oid *to, vv_error *err)
{
	vv_index_entry e;
	vv_tree_entry t;
	vv_status rc;

	if ((rc = vv_tree_each(s->checkout->repo, to, "", force_entry, s, err)) < 0 ||
	    (rc = vv_index_changes(s->checkout->repo, NULL, to, force_gone, s, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < vv_index_count(s->checkout->index); i++) {
		vv_index_at(s->checkout->index, i, &e);
		if (e.stage == 0 ||
		    (s->count && strcmp(s->steps[s->count - 1].path, e.path) == 0)) {
			continue;
		}
		rc = vv_tree_entry_at(s->checkout->repo, to, e.path, &t, err);
		if (rc == VV_ENOTFOUND) {
			vv_change gone = {e.path, e.mode, 0, e.id, {{0}}};

			rc = add_step(s, &gone, err);
		} else if (rc == VV_OK) {
			vv_tree_entry_clear(&t);
		}
	}
	return rc;
}

vv_status vv_tree_switch_plan(vv_tree_switch *out, vv_checkout *c, const vv_oid *from,
			      const vv_oid *to, bool force, vv_error *err)
{
	vv_status rc;

	*out = (vv_tree_switch){.checkout = c};
	if (vv_index_has_conflicts(c->index) && !force) {
		vv_fail(err, VV_EREFUSED, "there are unresolved conflicts");
		return vv_hint_code(err, VV_HINT_RESOLVE);
	}
	vv_auto(vv_attr_held) held VV_UNUSED = vv_attr_hold(c->repo);
	const bool lent = vv_dataset_reader_lend_if_none(c->reader, c->index);
	if (force) {
		rc = force_all(out, to, err);
	} else if ((rc = vv_tree_changes(c->repo, vv_oid_is_null(from) ? NULL : from, to, "",
					 add_step, out, err)) == VV_OK) {
		rc = check_all(out, err);
	}
	if (lent) {
		vv_dataset_reader_lend_index(c->reader, NULL);
	}
	return rc;
}

static vv_status keep(void *payload, const vv_change *change, vv_error *err)
{
	vv_tree_switch *s = payload;
	vv_auto(vv_buf) line = VV_BUF_INIT;

	vv_buf_putc(&line, !change->old_mode ? 'A' : !change->new_mode ? 'D' : 'M');
	vv_buf_putc(&line, '\t');
	vv_buf_puts(&line, change->path);
	vv_status rc = vv_buf_ok(&line, err);
	return rc < 0 ? rc : push(&s->kept, &s->kept_count, &s->kept_cap, vv_buf_cstr(&line), err);
}

/* Changes that stay: told as git switch does, so that nobody wonders later. */
vv_status vv_tree_switch_find_kept(vv_tree_switch *s, const vv_oid *from, vv_error *err)
{
	vv_auto(vv_attr_held) held VV_UNUSED = vv_attr_hold(s->checkout->repo);
	vv_index *x = s->checkout->index;
	const bool lent = vv_dataset_reader_lend_if_none(s->checkout->reader, x);
	vv_index_entry e;
	bool clean;

	vv_status rc = vv_index_changes(s->checkout->repo, x, vv_oid_is_null(from) ? NULL : from,
					keep, s, err);
	for (size_t i = 0; rc == VV_OK && i < vv_index_count(x); i++) {
		vv_change change;

		vv_index_at(x, i, &e);
		if (find_step(s, e.path)) {
			continue; /* looked at already, and clean */
		}
		vv_auto(char) *path = vv_strdup(e.path);
		rc = !path ? vv_fail_nomem(err)
			   : vv_checkout_is_clean(s->checkout, &e, &clean, err);
		if (rc == VV_OK && !clean) {
			memset(&change, 0, sizeof(change));
			change.path = path;
			change.old_mode = change.new_mode = e.mode;
			rc = keep(s, &change, err);
		}
	}
	if (lent) {
		vv_dataset_reader_lend_index(s->checkout->reader, NULL);
	}
	return rc;
}

vv_status vv_tree_switch_note(const vv_tree_switch *s, vv_journal *j, bool force,
			      const char *const *conflicts, size_t conflict_count, vv_error *err)
{
	vv_status rc = s->count + conflict_count > 0 ? vv_index_lock_same(s->checkout->index, err)
						     : VV_OK;

	for (size_t i = 0; rc == VV_OK && i < s->count; i++) {
		const vv_tree_step *step = &s->steps[i];

		vv_journal_change c = {
			.path = step->path,
			.known = true,
			.new_mode = step->new_mode,
			.new_id = step->new_id,
			.conflict = vv_text_is_among(step->path, conflicts, conflict_count)};
		/* What was looked at is clean. */
		if (!force && !step->in_index) {
			c.old_mode = step->old_mode;
			c.old_id = step->old_id;
		}
		rc = step->in_index && !c.conflict
			     ? VV_OK
			     : vv_journal_path(j, s->checkout->index, &c, err);
	}
	for (size_t i = 0; rc == VV_OK && i < conflict_count; i++) {
		const vv_journal_change c = {
			.path = conflicts[i], .index_only = true, .conflict = true};

		if (!find_step(s, conflicts[i])) {
			rc = vv_journal_path(j, s->checkout->index, &c, err);
		}
	}
	return rc;
}

static vv_status do_step(vv_tree_switch *s, const vv_tree_step *step, vv_error *err)
{
	vv_status rc;

	if (step->new_mode == 0) {
		rc = (step->old_mode & S_IFMT) == 0160000
			     ? vv_index_remove(s->checkout->index, step->path, err)
			     : vv_checkout_remove(s->checkout, step->path, true, err);
		rc = rc == VV_ENOTFOUND ? VV_OK : rc;
	} else {
		rc = vv_checkout_write(s->checkout, step->path, step->new_mode, &step->new_id, true,
				       err);
	}
	if (strcmp(vv_path_base(step->path), ".gitattributes") == 0) {
		vv_attr_flush(s->checkout->repo);
	}
	return rc;
}

/* Removals first, so that a folder can take a file's place and the other way round. */
vv_status vv_tree_switch_run(vv_tree_switch *s, vv_error *err)
{
	vv_auto(vv_attr_held) held VV_UNUSED = vv_attr_hold(s->checkout->repo);
	vv_status rc = VV_OK;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; rc == VV_OK && i < s->count; i++) {
			const vv_tree_step *step = &s->steps[i];

			if (!step->in_index && (step->new_mode == 0) == (pass == 0)) {
				rc = do_step(s, step, err);
			}
		}
	}
	return rc;
}

void vv_tree_switch_clear(vv_tree_switch *s)
{
	for (size_t i = 0; i < s->count; i++) {
		vv_free(s->steps[i].path);
	}
	vv_free(s->steps);
	free_list(s->kept, s->kept_count);
	memset(s, 0, sizeof(*s));
}
