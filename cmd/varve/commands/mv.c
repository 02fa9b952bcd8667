/*
 * mv: rename files, and stage it. A dataset stays one under its new name.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/worktree/attributes_edit.h"
#include "lib/worktree/checkout.h"
#include "lib/worktree/journal.h"
#include "repo/git/index/attribute_lines.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/index.h"

typedef struct options {
	bool force, dry_run, verbose;
} options;

static const vv_option table[] = {
	OPT_FLAG('f', "force", force, "over a file that exists"),
	OPT_FLAG('n', "dry-run", dry_run, "only print what would be renamed"),
	OPT_FLAG('v', "verbose", verbose, "list renamed files"),
};

/* One thing on the disk that gets another name: a file, or a folder with all in it. */
typedef struct move {
	char *from, *to; /* repository-relative */
	bool folder;
} move;

/* One entry of the index that goes along. */
typedef struct entry {
	char *from, *to;
	uint32_t mode;
	vv_oid id;
	bool dataset;
	bool clean; /* its stat was known to be right */
} entry;

typedef struct moving {
	const options *o;
	vv_context *c;
	vv_attr_edit attributes;
	move *moves;
	size_t move_count;
	entry *entries;
	size_t entry_count, entry_cap;
	vv_attr_rename *renames; /* of .gitattributes; names borrowed from entries */
	size_t rename_count;
} moving;

static bool is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && path[n] == '/';
}

static vv_status add_entry(moving *m, const move *mv, const vv_index_entry *e, vv_error *err)
{
	vv_stat st;
	vv_status rc;

	if (!vv_array_room(m->entries, m->entry_count, m->entry_cap)) return vv_fail_nomem(err);
	entry *n = &m->entries[m->entry_count];
	m->entry_count++;
	*n = (entry){.mode = e->mode,
		     .id = e->id,
		     .from = vv_strdup(e->path),
		     .to = mv->folder ? vv_path_join(mv->to, e->path + strlen(mv->from) + 1,
						     (char *)NULL)
				      : vv_strdup(mv->to)};
	vv_auto(char) *file = vv_repository_file(m->c->repo, e->path);
	if (!n->from || !n->to || !file) return vv_fail_nomem(err);
	n->clean = vv_lstat(&st, file, VV_IGNORED) == VV_OK &&
		   vv_index_stat_clean(m->c->index, e, &st);
	if ((rc = vv_path_check(n->to, err)) < 0) return rc;
	return S_ISREG(e->mode)
		       ? vv_dataset_reader_is_pointer(m->c->reader, &n->id, &n->dataset, err)
		       : VV_OK;
}

static vv_status collect_entries(moving *m, const move *mv, vv_error *err)
{
	size_t before = m->entry_count;
	vv_index_entry e;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < vv_index_count(m->c->index); i++) {
		vv_index_at(m->c->index, i, &e);
		if (mv->folder ? !is_below(e.path, mv->from) : strcmp(e.path, mv->from) != 0) {
			continue;
		}
		if (e.stage != 0) {
			return vv_fail(err, VV_EUSAGE,
				       "'%s' is in conflict\n"
				       "resolve it and 'varve add' it first",
				       vv_text_shows(e.path));
		}
		rc = add_entry(m, mv, &e, err);
	}
	if (rc == VV_OK && m->entry_count == before &&
	    (rc = vv_index_check_module(m->c->index, mv->from, err)) == VV_OK) {
		return vv_fail(err, VV_ENOTFOUND,
			       "'%s' is not tracked\n"
			       "'mv' renames it, 'varve add' begins to track it",
			       vv_text_shows(mv->from));
	}
	return rc;
}

/* The target must be free, and must not lie in what moves. */
static vv_status check_target(moving *m, const move *mv, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(m->c->repo, mv->to);
	vv_stat st;
	vv_status rc;

	if (!file) return vv_fail_nomem(err);
	if ((rc = vv_index_check_module(m->c->index, mv->to, err)) < 0) return rc;
	bool there = vv_lstat(&st, file, VV_IGNORED) == VV_OK;
	if (strcmp(mv->from, mv->to) == 0 || is_below(mv->to, mv->from)) {
		return vv_fail(err, VV_EUSAGE, "cannot move '%s' into itself",
			       vv_text_shows(mv->from));
	}
	if (!there) return vv_path_check(mv->to, err);
	if (S_ISDIR(st.mode) || mv->folder || !m->o->force) {
		vv_fail(err, VV_EEXISTS, "there is '%s' already", vv_text_shows(mv->to));
		return S_ISDIR(st.mode) || mv->folder ? err->code
						      : vv_hint(err, "-f overwrites it");
	}
	return vv_path_check(mv->to, err);
}

static vv_status plan_one(moving *m, const char *given, const char *to, bool into, vv_error *err)
{
	move *mv = &m->moves[m->move_count];
	vv_stat st;
	vv_status rc;

	if ((rc = vv_repository_relative(&mv->from, m->c->repo, given, err)) < 0) return rc;
	m->move_count++;
	if (*mv->from == '\0') return vv_fail(err, VV_EUSAGE, "the top folder cannot be moved");
	if (!into) {
		mv->to = vv_strdup(to);
	} else {
		mv->to = *to ? vv_path_join(to, vv_path_base(mv->from), (char *)NULL)
			     : vv_strdup(vv_path_base(mv->from));
	}
	vv_auto(char) *file = vv_repository_file(m->c->repo, mv->from);
	if (!mv->to || !file) return vv_fail_nomem(err);
	if (vv_lstat(&st, file, VV_IGNORED) < 0) {
		rc = vv_fail(err, VV_ENOTFOUND, "no such file '%s'", vv_text_shows(given));
	}
	if (rc < 0) return rc;
	mv->folder = S_ISDIR(st.mode);
	return (rc = check_target(m, mv, err)) < 0 ? rc : collect_entries(m, mv, err);
}

static vv_status plan_all(moving *m, int argc, char **argv, vv_error *err)
{
	const char *target = argv[argc - 1];
	size_t len = strlen(target);
	vv_auto(char) *to = NULL, *file = NULL;
	vv_stat st;
	vv_status rc;

	m->moves = vv_calloc((size_t)argc, sizeof(move));
	if (!m->moves) return vv_fail_nomem(err);
	if ((rc = vv_repository_relative(&to, m->c->repo, target, err)) < 0) return rc;
	file = vv_repository_file(m->c->repo, to);
	if (!file) return vv_fail_nomem(err);
	bool folder = vv_lstat(&st, file, VV_IGNORED) == VV_OK && S_ISDIR(st.mode);
	if (!folder && (argc > 2 || (len > 0 && target[len - 1] == '/'))) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' is not a folder", vv_text_shows(target));
	}
	for (int i = 0; i + 1 < argc; i++) {
		if ((rc = plan_one(m, argv[i], to, folder, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status rename_on_disk(moving *m, const char *from, const char *to, vv_error *err)
{
	vv_auto(char) *a = vv_repository_file(m->c->repo, from),
		      *b = vv_repository_file(m->c->repo, to);
	vv_status rc;

	if (!a || !b) {
		rc = vv_fail_nomem(err);
	} else if ((rc = vv_mkdirs_above(b, err)) == VV_OK) {
		rc = vv_rename(a, b, err);
	}
	return rc;
}

/* Which entries have, or may have, lines in .gitattributes: tables, and those that are text in Git and compared
 * by varve, which they stay. Asked before anything moves: a folder's own .gitattributes goes along. */
static vv_status plan_lines(moving *m, vv_error *err)
{
	vv_status rc = VV_OK;

	if (m->entry_count > 0 && !(m->renames = vv_calloc(m->entry_count, sizeof(*m->renames)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; rc == VV_OK && i < m->entry_count; i++) {
		const entry *e = &m->entries[i];
		bool compared = false;

		if (!e->dataset) {
			rc = vv_attr_compared(m->c->repo, e->from, &compared, err);
		}
		if (rc == VV_OK && (e->dataset || compared)) {
			m->renames[m->rename_count++] = (vv_attr_rename){
				e->from, e->to, compared ? VV_ATTR_TEXT_LINE : VV_ATTR_FILTER_LINE};
		}
	}
	return rc;
}

/* The new name must be varve's too, or plain git would take the pointer for text; the line of the old name,
 * where it had one of its own, has nothing left to say. */
static vv_status track_new_names(moving *m, vv_error *err)
{
	vv_status rc = VV_OK;

	vv_attr_flush(m->c->repo);
	for (size_t i = 0; rc == VV_OK && i < m->rename_count; i++) {
		vv_attr_rename *n = &m->renames[i];
		bool holds = false;

		rc = n->line == VV_ATTR_TEXT_LINE ? vv_attr_compared(m->c->repo, n->to, &holds, err)
						  : vv_attr_tracked(m->c->repo, n->to, &holds, err);
		if (holds) {
			n->line = VV_ATTR_NO_LINE;
		}
	}
	return rc < 0 ? rc : vv_attr_edit_rename(&m->attributes, m->renames, m->rename_count, err);
}

static vv_status move_entry(moving *m, const entry *e, vv_error *err)
{
	char *file;
	vv_stat st;
	bool known = false;

	vv_status rc = vv_index_remove(m->c->index, e->from, err);
	if (rc < 0 && rc != VV_ENOTFOUND) return rc;
	if (e->clean) {
		/* The same file under another name: its stat is right where the old one was. */
		file = vv_repository_file(m->c->repo, e->to);
		if (!file) return vv_fail_nomem(err);
		known = vv_lstat(&st, file, VV_IGNORED) == VV_OK;
		vv_free(file);
	}
	vv_stat_cache_drop(vv_dataset_reader_stats(m->c->reader), e->from);
	vv_stat_cache_drop(vv_dataset_reader_stats(m->c->reader), e->to);
	return vv_index_set(m->c->index, e->to, e->mode, &e->id, known ? &st : NULL, err);
}

static vv_status note_move(moving *m, vv_journal *j, const move *mv, vv_error *err)
{
	const vv_journal_change c = {.path = mv->to, .from = mv->from, .work_only = true},
				over = {.path = mv->to, .work_only = true};
	vv_auto(char) *file = vv_repository_file(m->c->repo, mv->to);
	vv_status rc = file ? vv_journal_path(j, m->c->index, &c, err) : vv_fail_nomem(err);

	if (rc == VV_OK && vv_exists(file)) { /* -f */
		rc = vv_journal_path(j, m->c->index, &over, err);
	}
	return rc;
}

static vv_status note_entry(moving *m, vv_journal *j, const entry *e, vv_error *err)
{
	const vv_journal_change from = {.path = e->from, .known = true, .index_only = true},
				to = {.path = e->to,
				      .known = true,
				      .new_mode = e->mode,
				      .new_id = e->id,
				      .index_only = true};
	vv_status rc = vv_journal_path(j, m->c->index, &from, err);

	return rc < 0 ? rc : vv_journal_path(j, m->c->index, &to, err);
}

/* What will change, before anything does. */
static vv_status note(moving *m, vv_journal **out, vv_error *err)
{
	static const vv_journal_options o = {
		.command = "mv", .what = "'varve mv'", .end = VV_JOURNAL_END_INDEX};
	static const vv_journal_change attributes = {.path = ".gitattributes"};
	vv_status rc = vv_journal_open(out, m->c->repo, &o, err);

	for (size_t i = 0; rc == VV_OK && i < m->move_count; i++) {
		rc = note_move(m, *out, &m->moves[i], err);
	}
	for (size_t i = 0; rc == VV_OK && i < m->entry_count; i++) {
		rc = note_entry(m, *out, &m->entries[i], err);
	}
	if (rc == VV_OK && m->rename_count > 0) {
		rc = vv_journal_path(*out, m->c->index, &attributes, err);
	}
	return rc < 0 ? rc : vv_journal_ready(*out, err);
}

static vv_status run_moves(moving *m, vv_error *err)
{
	vv_journal *j = NULL;
	vv_status rc;

	if ((rc = vv_attr_edit_begin(&m->attributes, m->c->repo, err)) < 0 ||
	    (rc = plan_lines(m, err)) < 0) {
		return rc;
	}
	rc = note(m, &j, err);
	for (size_t i = 0; rc == VV_OK && i < m->move_count; i++) {
		rc = rename_on_disk(m, m->moves[i].from, m->moves[i].to, err);
	}
	for (size_t i = 0; rc == VV_OK && i < m->entry_count; i++) {
		rc = move_entry(m, &m->entries[i], err);
	}
	if (rc == VV_OK) {
		rc = track_new_names(m, err);
	}
	if (rc == VV_OK) {
		rc = vv_attr_edit_stage(&m->attributes, m->c->index, err);
	}
	if (rc == VV_OK) {
		rc = vv_index_write(m->c->index, err);
	}
	return vv_journal_close(j, rc, err);
}

static void clear(moving *m)
{
	for (size_t i = 0; i < m->move_count; i++) {
		vv_free_all(m->moves[i].from, m->moves[i].to);
	}
	for (size_t i = 0; i < m->entry_count; i++) {
		vv_free_all(m->entries[i].from, m->entries[i].to);
	}
	vv_free_all(m->moves, m->renames, m->entries);
	vv_attr_edit_clear(&m->attributes);
}
VV_AUTO_CLEAR(moving, clear)

static int check_mv(const vv_context *c)
{
	return c->argc < 2 ? vv_usage_error("mv takes SOURCE... TARGET") : VV_EXIT_OK;
}

static vv_status run_mv(vv_context *c, vv_error *err)
{
	vv_auto(moving) m = {.o = c->options, .c = c};
	vv_status rc;

	if ((rc = plan_all(&m, c->argc, c->argv, err)) < 0) return rc;
	for (size_t i = 0; (m.o->dry_run || m.o->verbose) && i < m.move_count; i++) {
		vv_out("%s '%s' to '%s'\n", m.o->dry_run ? "would rename" : "renaming",
		       vv_text_shows(m.moves[i].from), vv_text_shows(m.moves[i].to));
	}
	if (!m.o->dry_run) {
		rc = run_moves(&m, err);
	}
	return rc;
}

const vv_command vv_cmd_mv = {
	.name = "mv",
	.group = "change",
	.summary = "rename files, and stage it",
	.usage = "[-f] [-n] [-v] SOURCE... TARGET",
	.example = "$ varve mv -v prices.csv data/\nrenaming 'prices.csv' to 'data/prices.csv'",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.check = check_mv,
	.needs = VV_NEEDS_RIGHT | VV_NEEDS_READER | VV_NEEDS_INDEX_LOCK,
	.run = run_mv,
};
