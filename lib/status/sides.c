/*
 * sides: distinguishes revisions and paths, like git diff, and lists the changes of each kind of
 * side.
 */
#include "lib/status/sides.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/names/near_file.h"
#include "lib/names/pathspec.h"
#include "lib/names/version.h"
#include "lib/status/changes.h"
#include "lib/sync/named_versions.h"
#include "repo/git/merge/renames.h"

void vv_diff_side_clear(vv_diff_side *s)
{
	vv_free(s->name);
	memset(s, 0, sizeof(*s));
}

vv_status vv_diff_side_commit(vv_diff_side *out, vv_repository *r, const vv_oid *commit,
			      const char *word, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_auto(char) *hex = NULL;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = vv_rev_short(r, commit, &hex, err)) < 0) return rc;
	if (word) {
		vv_buf_printf(&b, "%s (%s)", word, hex);
	} else {
		vv_buf_puts(&b, hex);
	}
	*out = (vv_diff_side){.kind = VV_SIDE_COMMIT, .commit = *commit, .name = vv_buf_detach(&b)};
	return out->name ? VV_OK : vv_fail_nomem(err);
}

typedef struct finder {
	vv_diff_sides *out;
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_pathspec paths;
	int conflict_stage; /* the side of conflicts that is compared with the work tree */
	char **words;       /* the selected paths, with DOCUMENT in place of DOCUMENT#TABLE */
} finder;

static void finder_clear(finder *f)
{
	vv_pathspec_clear(&f->paths);
	vv_diff_words_free(f->words);
}
VV_AUTO_CLEAR(finder, finder_clear)

void vv_diff_sides_clear(vv_diff_sides *d)
{
	vv_array_clear(d->paths, d->count, it, vv_free_all(it->path, it->old_path));
	vv_names_free(d->tables, d->table_count);
	vv_free_all(d->a.name, d->b.name);
	memset(d, 0, sizeof(*d));
}

static vv_status set_side(vv_diff_side *s, vv_side_kind kind, const vv_oid *commit,
			  const char *name, size_t len, vv_error *err)
{
	vv_free(s->name);
	s->kind = kind;
	memset(&s->commit, 0, sizeof(s->commit));
	if (commit) {
		s->commit = *commit;
	}
	s->name = vv_strndup(name, len);
	return s->name ? VV_OK : vv_fail_nomem(err);
}

/* "A..B" and "A...B". */
static vv_status set_range(vv_diff_sides *d, vv_repository *r, const char *text,
			   const vv_range *range, vv_error *err)
{
	const char *dots = strstr(text, ".."), *right = dots + (dots[2] == '.' ? 3 : 2);
	vv_oid base = range->exclude;
	vv_auto(char) *name = NULL;
	vv_status rc;
	if (range->new_branch && !range->has_exclude) {
		rc = set_side(&d->a, VV_SIDE_COMMIT, NULL, "nothing", 7,
			      err); /* all of it is new */
	} else if (range->symmetric || range->new_branch) {
		if ((range->symmetric &&
		     (rc = vv_merge_base(r, &range->exclude, &range->include, &base, err)) < 0) ||
		    (rc = vv_rev_short(r, &base, &name, err)) < 0) {
			return rc;
		}
		rc = set_side(&d->a, VV_SIDE_COMMIT, &base, name, strlen(name), err);
	} else {
		bool empty = dots == text;
		rc = set_side(&d->a, VV_SIDE_COMMIT, &range->exclude, empty ? "HEAD" : text,
			      empty ? 4 : (size_t)(dots - text), err);
	}
	if (rc < 0) return rc;
	right = *right ? right : "HEAD";
	return set_side(&d->b, VV_SIDE_COMMIT, &range->include, right, strlen(right), err);
}

/* Takes the revisions off the front of the arguments; *used: how many. */
static vv_status take_revisions(vv_diff_sides *d, vv_repository *r, int argc, char **argv,
				int dashdash, int *used, vv_error *err)
{
	int i;
	vv_status rc = VV_OK;
	for (i = 0; rc == VV_OK && i < argc && i < 2 && (dashdash < 0 || i < dashdash); i++) {
		vv_range range;
		if (dashdash < 0 && vv_day_is_file(argv[i])) {
			break;
		}
		rc = vv_rev_range(r, argv[i], &range, err);
		if (rc < 0) {
			if (dashdash < 0 && vv_subject_file_len(argv[i]) > 0) {
				rc = VV_OK;
				break;
			}
			if (rc == VV_ENOTFOUND && dashdash < 0) {
				(void)vv_near_file_hint(r, argv[i], "diff", err);
			}
			return rc;
		}
		if (range.has_exclude || range.new_branch) {
			if (i > 0) {
				return vv_fail(err, VV_EUSAGE,
					       "diff compares two versions; '%s' and '%s' name "
					       "more than two",
					       vv_text_shows(argv[0]), vv_text_shows(argv[1]));
			}
			rc = set_range(d, r, argv[i], &range, err);
			i++;
			break;
		}
		rc = set_side(i == 0 ? &d->a : &d->b, VV_SIDE_COMMIT, &range.include, argv[i],
			      strlen(argv[i]), err);
	}
	*used = i;
	return rc < 0 || dashdash <= i
		       ? rc
		       : vv_fail(err, VV_EUSAGE,
				 "diff compares two versions, and the arguments before '--' name "
				 "more");
}

/* The sides that no revision was named for. */
static vv_status complete_sides(vv_diff_sides *d, vv_repository *r, bool cached, vv_error *err)
{
	vv_status rc = VV_OK;
	if (d->b.name) {
		return cached ? vv_fail(err, VV_EUSAGE,
					"--cached compares one version with the index, not two")
			      : VV_OK;
	}
	if (!cached) {
		if (!d->a.name) {
			rc = set_side(&d->a, VV_SIDE_INDEX, NULL, "index", 5, err);
		}
		return rc < 0 ? rc : set_side(&d->b, VV_SIDE_WORK, NULL, "work tree", 9, err);
	}
	if (!d->a.name) {
		vv_auto(vv_head) head = {0};
		if ((rc = vv_head_read(r, &head, err)) < 0) return rc;
		rc = set_side(&d->a, VV_SIDE_COMMIT, &head.commit, "HEAD", 4, err);
	}
	return rc < 0 ? rc : set_side(&d->b, VV_SIDE_INDEX, NULL, "index", 5, err);
}

static bool is_wanted(finder *f, const char *path, bool *literal)
{
	*literal = false;
	return f->paths.count == 0 || vv_pathspec_match(&f->paths, path, literal);
}

static vv_status add_path(finder *f, const vv_diff_path *from, vv_error *err)
{
	vv_diff_sides *d = f->out;
	vv_diff_path p = *from;
	if (!is_wanted(f, from->path, &p.literal)) return VV_OK;
	p.path = vv_strdup(from->path);
	return vv_array_own(d->paths, d->count, d->cap, p.path, p) ? VV_OK : vv_fail_nomem(err);
}

/* Regular files have two modes for git; old trees have others. */
static uint32_t git_mode(uint32_t mode)
{
	if (!S_ISREG(mode)) return mode;
	return S_IFREG | (mode & 0100 ? 0755 : 0644);
}

static vv_status on_change(void *payload, const vv_change *c, vv_error *err)
{
	vv_diff_path p = {.path = (char *)c->path,
			  .old_mode = git_mode(c->old_mode),
			  .new_mode = git_mode(c->new_mode),
			  .old_id = c->old_id,
			  .new_id = c->new_id,
			  .known_id = c->new_id};
	return p.old_mode == p.new_mode && vv_oid_equal(&p.old_id, &p.new_id)
		       ? VV_OK
		       : add_path(payload, &p, err);
}

static vv_diff_path *find_path(vv_diff_sides *d, size_t count, const char *path)
{
	size_t at = vv_first_place(i, count, strcmp(d->paths[i].path, path) < 0);

	return at < count && strcmp(d->paths[at].path, path) == 0 ? &d->paths[at] : NULL;
}

/* The mode of a changed file of the work tree; 0: it is gone. */
static vv_status work_mode(uint32_t *out, vv_index *x, const vv_change_entry *e, vv_error *err)
{
	vv_index_entry entry;

	if (e->work == 'D') {
		*out = 0;
	} else if (e->index_mode) {
		*out = e->index_mode;
	} else {
		*out = S_IFREG | 0644;
	}
	return e->work == 'M' && vv_index_get_stage(x, e->path, 0, &entry)
		       ? vv_index_work_mode(x, &entry, out, err)
		       : VV_OK;
}

/* Lays the work tree's changes over those of the index. */
static vv_status add_work(finder *f, vv_index *x, vv_error *err)
{
	vv_changes_options opts = {.paths = f->paths.count > 0 ? &f->paths : NULL};
	vv_auto(vv_changes) changes = {0};
	size_t sorted = f->out->count;
	vv_status rc;
	if ((rc = vv_changes_read(&changes, f->repo, x, f->reader, &opts, err)) < 0) return rc;
	for (size_t i = 0; i < changes.count && rc == VV_OK; i++) {
		const vv_change_entry *e = &changes.entries[i];
		bool conflict = e->staged == 'U' || e->work == 'U' ||
				(e->staged == 'D' && e->work == 'D');
		if (conflict || e->work == '\0' || !strchr("MDTA", e->work)) {
			continue;
		}
		vv_diff_path *p = find_path(f->out, sorted, e->path);
		uint32_t mode;
		if ((rc = work_mode(&mode, x, e, err)) < 0) return rc;
		if (p) {
			p->new_mode = mode;
			p->edited = e->modified;
			memset(&p->new_id, 0, sizeof(p->new_id));
		} else {
			vv_diff_path added = {.path = e->path,
					      .old_mode = e->index_mode,
					      .new_mode = mode,
					      .edited = e->modified,
					      .old_id = e->index_id};
			rc = add_path(f, &added, err);
		}
	}
	if (f->out->count > 1) {
		qsort(f->out->paths, f->out->count, sizeof(*f->out->paths), vv_text_order);
	}
	return rc;
}

/* Sets the old side of a path in conflict. */
static vv_status find_old_side(finder *f, const vv_index *x, vv_diff_path *p, vv_error *err)
{
	const vv_diff_side *a = &f->out->a;
	vv_index_entry e;
	vv_auto(vv_tree_entry) t = {.path = NULL};
	if (f->out->b.kind == VV_SIDE_INDEX) {
		p->stage = VV_STAGE_HIDDEN;
	} else if (a->kind == VV_SIDE_INDEX) {
		p->stage = f->conflict_stage;
		if (vv_index_get_stage(x, p->path, p->stage, &e)) {
			p->old_mode = e.mode;
			p->old_id = e.id;
		}
	} else if (!vv_oid_is_null(&a->commit)) {
		const vv_status rc = vv_tree_entry_at(f->repo, &a->commit, p->path, &t, err);
		if (rc == VV_OK) {
			p->old_mode = git_mode(t.mode);
			p->old_id = t.id;
		}
		return vv_missing_ok(rc, err);
	}
	return VV_OK;
}

/* Paths in conflict: neither the index's changes nor the work tree's name them. */
static vv_status add_conflicts(finder *f, vv_index *x, vv_error *err)
{
	const char *last = "";
	vv_status rc = VV_OK;
	if (!vv_index_has_conflicts(x)) return rc;
	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(x, &e);) {
		if (e.stage == 0 || strcmp(e.path, last) == 0) {
			continue;
		}
		last = e.path;
		vv_diff_path p = {.path = (char *)e.path};
		vv_auto(char) *file = vv_repository_file(f->repo, e.path);
		if (!file) {
			rc = vv_fail_nomem(err);
			break;
		}
		if (f->out->b.kind == VV_SIDE_WORK && vv_exists(file)) {
			p.new_mode = S_IFREG | 0644;
			if (S_ISREG(e.mode) &&
			    (rc = vv_index_work_mode(x, &e, &p.new_mode, err)) < 0) {
				break;
			}
		}
		rc = find_old_side(f, x, &p, err);
		if (rc == VV_OK && p.old_mode == 0 && p.new_mode == 0) {
			p.stage =
				/* neither has it: only the conflict is reported */
				VV_STAGE_HIDDEN;
		}
		if (rc == VV_OK) {
			rc = add_path(f, &p, err);
		}
	}
	if (f->out->count > 1) {
		qsort(f->out->paths, f->out->count, sizeof(*f->out->paths), vv_text_order);
	}
	return rc;
}

static vv_status list_paths(finder *f, vv_error *err)
{
	const vv_diff_side *a = &f->out->a, *b = &f->out->b;
	const vv_oid *commit = vv_oid_is_null(&a->commit) ? NULL : &a->commit;
	vv_auto(vv_index) *x = NULL;
	vv_status rc;
	if (b->kind == VV_SIDE_COMMIT) {
		return vv_tree_changes(f->repo, commit, &b->commit, "", on_change, f, err);
	}
	if ((rc = vv_index_open(&x, f->repo, err)) == VV_OK && a->kind == VV_SIDE_COMMIT) {
		rc = vv_index_changes(f->repo, x, commit, on_change, f, err);
	}
	if (rc == VV_OK && b->kind == VV_SIDE_WORK) {
		rc = add_work(f, x, err);
	}
	return rc < 0 ? rc : add_conflicts(f, x, err);
}

/* Lets path i be what path k was called before. */
static void join_paths(vv_diff_sides *d, size_t i, size_t k)
{
	vv_diff_path *to = &d->paths[i], *was = &d->paths[k];
	to->old_path = was->path;
	to->old_mode = was->old_mode;
	to->old_id = was->old_id;
	was->path = NULL;
}

/* Pairs removed and new paths as renames. */
static vv_status find_renamed(vv_diff_sides *d, vv_repository *r, vv_error *err)
{
	vv_auto_free vv_rename_file *gone = vv_calloc(d->count + 1, sizeof(*gone)),
				    *come = vv_calloc(d->count + 1, sizeof(*come));
	vv_auto_free size_t *places = vv_calloc(3 * d->count + 1, sizeof(*places));
	size_t gone_count = 0, come_count = 0, n = 0;
	vv_status rc = gone && come && places ? VV_OK : vv_fail_nomem(err);
	if (rc < 0) return rc;
	size_t *gone_at = places, *come_at = places + d->count, *from = places + 2 * d->count;
	for (size_t i = 0; i < d->count; i++) {
		const vv_diff_path *p = &d->paths[i];
		if (p->stage != 0) {
			continue; /* in conflict */
		}
		if (p->new_mode == 0) {
			gone_at[gone_count] = i;
			gone[gone_count++] = (vv_rename_file){p->path, p->old_mode, p->old_id};
		} else if (p->old_mode == 0 && !vv_oid_is_null(&p->known_id)) {
			come_at[come_count] = i;
			come[come_count++] = (vv_rename_file){p->path, p->new_mode, p->known_id};
		}
	}
	rc = vv_renames_find(r, gone, gone_count, come, come_count, from, err);
	for (size_t i = 0; rc == VV_OK && i < come_count; i++) {
		if (from[i] != VV_RENAMED_FROM_NONE) {
			join_paths(d, come_at[i], gone_at[from[i]]);
		}
	}
	vv_array_each(d->paths, d->count, it) {
		if (it->path) {
			d->paths[n++] = *it;
		}
	}
	d->count = n;
	return rc;
}

static vv_status side_has(bool *out, finder *f, const vv_diff_side *s, const char *path,
			  vv_error *err)
{
	vv_auto(vv_tree_entry) e = {0};
	vv_status rc = VV_ENOTFOUND;
	if (s->kind == VV_SIDE_COMMIT && !vv_oid_is_null(&s->commit)) {
		rc = vv_tree_entry_at(f->repo, &s->commit, path, &e, err);
	} else if (s->kind != VV_SIDE_COMMIT) {
		vv_auto(vv_index) *x = NULL;
		if ((rc = vv_index_open(&x, f->repo, err)) == VV_OK) {
			rc = VV_ENOTFOUND;
			for (vv_index_entry ie = {0}; rc != VV_OK && vv_index_next(x, &ie);) {
				rc = vv_path_is_at(ie.path, path) ? VV_OK : rc;
			}
		}
	}
	*out = rc == VV_OK;
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static const char *shown_side(const vv_diff_side *s)
{
	if (s->kind == VV_SIDE_WORK) return "the work tree's tracked files";
	return s->kind == VV_SIDE_INDEX ? "the index" : vv_text_shows(s->name);
}

/* Paths without results must at least exist. */
static bool names_revision(const finder *f, const char *word)
{
	vv_oid commit;

	return vv_rev_commit(f->repo, word, &commit, VV_IGNORED) == VV_OK;
}

static vv_status check_paths(finder *f, vv_error *err)
{
	vv_array_each(f->paths.items, f->paths.count, it) {
		const char *path = it->path, *given = it->given;
		bool in_a = false, in_b = false;
		vv_status rc;
		if (it->matched || it->pattern) {
			continue;
		}
		if ((rc = side_has(&in_a, f, &f->out->a, path, err)) < 0 ||
		    (!in_a && (rc = side_has(&in_b, f, &f->out->b, path, err)) < 0)) {
			return rc;
		}
		if (!in_a && !in_b) {
			vv_fail(err, VV_ENOTFOUND, "'%s' is neither in %s nor in %s",
				vv_text_shows(given), shown_side(&f->out->a),
				shown_side(&f->out->b));
			if (*given == '-') {
				return vv_hint(err, "after '--', all words are paths: put options "
						    "before it");
			}
			if (names_revision(f, given)) {
				return vv_hint(err, "put revisions before paths");
			}
			return f->out->b.kind == VV_SIDE_WORK && vv_exists(given)
				       ? vv_hint_code(err, VV_HINT_COMPARE, given)
				       : VV_ENOTFOUND;
		}
	}
	return VV_OK;
}

vv_status vv_diff_sides_find(vv_diff_sides *out, vv_repository *r, vv_dataset_reader *s, int argc,
			     char **argv, const vv_diff_sides_options *opts, vv_error *err)
{
	vv_auto(finder) f = {.out = out,
			     .repo = r,
			     .reader = s,
			     .conflict_stage = opts->stage ? opts->stage : 2};
	int used = 0;
	vv_status rc;
	memset(out, 0, sizeof(*out));
	if ((rc = take_revisions(out, r, argc, argv, opts->dashdash, &used, err)) < 0 ||
	    (rc = complete_sides(out, r, opts->cached, err)) < 0) {
		return rc;
	}
	out->revisions = used;
	if (opts->stage && (out->a.kind != VV_SIDE_INDEX || out->b.kind != VV_SIDE_WORK)) {
		return vv_fail(
			err, VV_EUSAGE,
			"--base, --ours and --theirs compare a side of a conflict with the work "
			"tree\nomit the revision (or --cached)");
	}
	if (vv_repository_is_bare(r) && out->b.kind != VV_SIDE_COMMIT) {
		return vv_fail(err, VV_EUSAGE,
			       "a bare repository has no %s to compare with\n"
			       "name two versions, as in HEAD~1 HEAD",
			       out->b.kind == VV_SIDE_INDEX ? "index" : "work tree");
	}
	if ((rc = vv_diff_sides_take_tables(out, &f.words, r, argc - used, argv + used, err)) < 0 ||
	    (rc = vv_pathspec_init(&f.paths, r, argc - used, f.words, err)) < 0 ||
	    (rc = list_paths(&f, err)) < 0 || (rc = check_paths(&f, err)) < 0 || !opts->renames) {
		return rc;
	}
	return find_renamed(out, r, err);
}

static vv_status name_commit(vv_diff_side *s, vv_repository *r, const vv_oid *commit, vv_error *err)
{
	vv_auto(char) *hex = NULL;
	vv_status rc;
	if (!commit) {
		static const vv_oid nothing;
		return set_side(s, VV_SIDE_COMMIT, &nothing, "nothing", strlen("nothing"), err);
	}
	if ((rc = vv_rev_short(r, commit, &hex, err)) == VV_OK) {
		rc = set_side(s, VV_SIDE_COMMIT, commit, hex, strlen(hex), err);
	}
	return rc;
}

vv_status vv_diff_sides_between(vv_diff_sides *out, vv_repository *r, const vv_oid *from,
				const vv_oid *to, const char *const *paths, vv_error *err)
{
	vv_auto(finder) f = {.out = out, .repo = r};
	int count = 0;
	memset(out, 0, sizeof(*out));
	vv_status rc = vv_diff_sides_take_paths(out, &f.words, r, paths, err);
	for (; f.words && f.words[count]; count++) {
	}
	if (rc < 0 || (rc = vv_pathspec_init(&f.paths, NULL, count, f.words, err)) < 0 ||
	    (rc = name_commit(&out->a, r, from, err)) < 0 ||
	    (rc = name_commit(&out->b, r, to, err)) < 0 || (rc = list_paths(&f, err)) < 0) {
		return rc;
	}
	return find_renamed(out, r, err);
}
