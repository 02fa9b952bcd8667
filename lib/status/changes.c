/*
 * changes: collects changes, with a comparison for each kind of path.
 */
#include "lib/status/changes.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash_index.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/mem_sink.h"
#include "lib/heads/judge.h"
#include "lib/names/content.h"
#include "lib/names/damaged_pointer.h"
#include "lib/remotes/push_hook.h"
#include "lib/status/changes_internal.h"
#include "lib/status/lost_tables.h"
#include "lib/status/missing_blocks.h"
#include "lib/status/unsent.h"
#include "lib/tables/dataset_import.h"
#include "lib/tables/dataset_reader.h"
#include "lib/tables/import_ahead.h"
#include "lib/view/table_diff.h"
#include "lib/worktree/add_plan.h"
#include "lib/worktree/attributes_lines.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/index.h"
#include "repo/git/merge/renames.h"
#include "repo/git/repository.h"
#include "repo/git/run_git.h"
#include "repo/known/elsewhere.h"
#include "repo/known/incomplete.h"

#define KEPT_MAX (20u << 20) /* bytes of blocks; all stay in memory */

typedef struct collector {
	vv_changes *out;
	vv_repository *r;
	vv_index *x;
	vv_dataset_reader *s;
	const vv_changes_options *opts;
	vv_attr_list lines;  /* what may concern varve */
	vv_attr_list beaten; /* what may beat -text */
	size_t staged_count; /* entries of HEAD against the index, sorted by path */
	size_t *tables;      /* places in the index: those whose file has data */
	size_t table_count, table_cap;
	int top; /* the work tree's folder */
	vv_buf above;
	/* a ring of files that other threads import; NULL: no facts are needed, or there are no threads */
	struct pending *pending;
	size_t pending_first, pending_count, pending_max;
} collector;

static bool path_wanted(const collector *c, const char *path)
{
	return !c->opts->paths || vv_pathspec_match(c->opts->paths, path, NULL);
}

static vv_status append_entry(vv_changes *out, const char *path, vv_change_entry **entry,
			      vv_error *err)
{
	char *copy = vv_strdup(path);

	if (!vv_array_own(out->entries, out->count, out->cap, copy,
			  (vv_change_entry){.path = copy, .staged = ' ', .work = ' '})) {
		return vv_fail_nomem(err);
	}
	*entry = &out->entries[out->count - 1];
	return VV_OK;
}

static vv_status name_kind(const collector *c, vv_change_entry *e, uint32_t mode, const vv_oid *id,
			   vv_error *err)
{
	vv_content version = {.there = false};
	vv_status rc = VV_OK;

	if (c->opts->kinds) {
		rc = vv_content_read(&version, c->r, mode, id, err);
		rc = vv_error_excuse(rc, rc == VV_ENOTFOUND || rc == VV_EMISSING, err);
		e->kind = vv_content_kind(&version);
	}
	return rc;
}

/* Unmerged paths: which of base, ours and theirs there are, as Git spells it. */
static vv_status add_conflicts(collector *c, vv_error *err)
{
	static const char codes[8][3] = {"  ", "DD", "AU", "UD", "UA", "DU", "AA", "UU"};
	size_t count = vv_index_count(c->x);
	vv_status rc;

	for (size_t i = 0; i < count;) {
		const vv_index_entry e = vv_index_at(c->x, i++);
		vv_change_entry *entry;
		if (e.stage == 0) {
			continue;
		}
		unsigned stages = 1u << (e.stage - 1);
		vv_index_entry shown = e;
		for (; i < count; i++) {
			const vv_index_entry other = vv_index_at(c->x, i);
			if (strcmp(other.path, e.path) != 0) {
				break;
			}
			stages |= 1u << (other.stage - 1);
			shown = shown.stage == 2 ? shown : other;
		}
		if (!path_wanted(c, e.path)) {
			continue;
		}
		if ((rc = append_entry(c->out, e.path, &entry, err)) < 0) return rc;
		entry->staged = codes[stages & 7][0];
		entry->work = codes[stages & 7][1];
		entry->torn = vv_work_is_torn(c->r, e.path, NULL);
		c->out->conflicts++;
		if ((rc = name_kind(c, entry, shown.mode, &shown.id, err)) < 0) return rc;
	}
	return VV_OK;
}

static bool is_conflict(const collector *c, const char *path)
{
	return vv_array_find(c->out->entries, c->out->conflicts, it, strcmp(it->path, path) == 0) !=
	       NULL;
}

static vv_status on_staged(void *payload, const vv_change *change, vv_error *err)
{
	collector *c = payload;
	vv_change_entry *entry;
	vv_status rc;

	if (is_conflict(c, change->path) || !path_wanted(c, change->path)) return VV_OK;
	if ((rc = append_entry(c->out, change->path, &entry, err)) < 0) return rc;
	entry->head_id = change->old_id;
	entry->head_mode = change->old_mode;
	entry->index_id = change->new_id;
	entry->index_mode = change->new_mode;
	if (change->old_mode == 0) {
		entry->staged = 'A';
	} else if (change->new_mode == 0) {
		entry->staged = 'D';
	} else if ((change->old_mode ^ change->new_mode) & 0170000) {
		entry->staged = 'T';
	} else {
		entry->staged = 'M';
	}
	if (S_ISREG(change->new_mode ? change->new_mode : change->old_mode)) {
		const bool was = change->new_mode == 0 ||
				 (change->old_mode && vv_oid_is_empty_blob(&change->new_id));

		rc = vv_dataset_reader_is_pointer(c->s, was ? &change->old_id : &change->new_id,
						  &entry->dataset, err);
	}
	return rc;
}

static void drop_taken(vv_changes *out)
{
	size_t kept = 0;
	vv_array_each(out->entries, out->count, it) {
		if (it->path) {
			out->entries[kept++] = *it;
		}
	}
	out->count = kept;
}

/* Pairs removed and added paths with the same or similar content as renames. */
static vv_status pair_renames(collector *c, vv_error *err)
{
	vv_changes *out = c->out;
	vv_auto_free vv_change *changes = vv_calloc(out->count + 1, sizeof(*changes));
	vv_auto_free size_t *from = vv_calloc(out->count + 1, sizeof(*from));
	vv_status rc = changes && from ? VV_OK : vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < out->count; i++) {
		const vv_change_entry *e = &out->entries[i];
		bool renamed = e->work == ' ' && (e->staged == 'A' || e->staged == 'D');
		changes[i] = renamed ? (vv_change){.path = e->path,
						   .old_mode = e->head_mode,
						   .new_mode = e->index_mode,
						   .old_id = e->head_id,
						   .new_id = e->index_id}
				     : (vv_change){.path = e->path,
						   .old_mode = 1,
						   .new_mode = 1,
						   .old_id = e->head_id,
						   .new_id = e->index_id};
	}
	if (rc == VV_OK) {
		rc = vv_renames_among(c->r, changes, out->count, from, err);
	}
	for (size_t i = 0; rc == VV_OK && i < out->count; i++) {
		vv_change_entry *to = &out->entries[i];
		if (from[i] == VV_RENAMED_FROM_NONE) {
			continue;
		}
		vv_change_entry *was = &out->entries[from[i]];
		to->staged = 'R';
		to->from = was->path;
		to->head_id = was->head_id;
		to->head_mode = was->head_mode;
		was->path = NULL; /* taken over; the entry is dropped */
	}
	if (rc == VV_OK) {
		drop_taken(out);
	}
	return rc;
}

/* The entry of a path of the index that differs from HEAD, or NULL. */
static vv_change_entry *find_staged(const collector *c, const char *path)
{
	return c->staged_count == 0 ? NULL
				    : bsearch(&path, c->out->entries, c->staged_count,
					      sizeof(*c->out->entries), vv_text_order);
}

/* Is the new dataset e a copy of this other entry of the index, that HEAD has or that is new and before it? */
static bool entry_copies(const collector *c, const vv_change_entry *e, const vv_index_entry *other)
{
	if (!vv_oid_equal(&other->id, &e->index_id) || strcmp(other->path, e->path) == 0) {
		return false;
	}
	const vv_change_entry *was = find_staged(c, other->path);
	return !was || vv_oid_equal(&was->head_id, &other->id) || strcmp(other->path, e->path) < 0;
}

static uint64_t hash_of(const vv_oid *id)
{
	uint64_t hash;

	memcpy(&hash, id->id, sizeof(hash));
	return hash;
}

/* A copy of a dataset stores no new blocks. */
static vv_status mark_copies(collector *c, vv_error *err)
{
	vv_change_entry *entries = c->out->entries;
	vv_auto(vv_hash_index) added = {0}; /* places in entries, by the id */
	bool room = true;

	for (size_t i = 0; i < c->staged_count && room; i++) {
		if (entries[i].work == ' ' && entries[i].dataset && entries[i].head_mode == 0) {
			room = vv_hash_index_add(&added, hash_of(&entries[i].index_id), i);
		}
	}
	for (vv_index_entry other = {0}; room && added.count > 0 && vv_index_next(c->x, &other);) {
		size_t place;

		vv_hash_probe p = vv_hash_probe_begin(&added, hash_of(&other.id));
		while (other.stage == 0 && vv_hash_probe_next(&p, &place)) {
			vv_change_entry *e = &entries[place];

			if (entry_copies(c, e, &other)) {
				e->staged_facts.groups_new = e->staged_facts.stored = 0;
			}
		}
	}
	return room ? VV_OK : vv_fail_nomem(err);
}

static vv_status add_staged(collector *c, vv_error *err)
{
	vv_changes *out = c->out;
	vv_status rc = add_conflicts(c, err);

	if (rc == VV_OK) {
		rc = vv_index_changes(c->r, c->x, out->head.unborn ? NULL : &out->head.commit,
				      on_staged, c, err);
	}
	if (rc < 0 || (rc = pair_renames(c, err)) < 0) return rc;
	if (out->count > 1) {
		qsort(out->entries, out->count, sizeof(*out->entries), vv_text_order);
	}
	c->staged_count = out->count;
	vv_array_each(out->entries, out->count, e) {
		if (e->work == ' ') {
			out->staged++;
		}
		if (e->work == ' ' && e->dataset && c->opts->facts) {
			rc = vv_change_staged_facts(e, c->r, c->s, c->opts->groups, err);
		} else if (e->work == ' ' && e->staged == 'M' && c->opts->facts) {
			rc = vv_change_text_facts(e, false, c->r, c->s, err);
		}
		if (rc < 0) return rc;
	}
	return c->opts->facts && c->opts->groups ? mark_copies(c, err) : VV_OK;
}

/* The entry of a path of the index: the one it has already, or a new one. */
static vv_status entry_of(collector *c, const vv_index_entry *e, vv_change_entry **out,
			  vv_error *err)
{
	vv_status rc;

	*out = find_staged(c, e->path);
	if (*out) return VV_OK;
	if ((rc = append_entry(c->out, e->path, out, err)) < 0) return rc;
	(*out)->head_id = (*out)->index_id = e->id;
	(*out)->head_mode = (*out)->index_mode = e->mode;
	return VV_OK;
}

/* For git a file of `git add -N` is a new one. */
static char letter_of(const vv_index_entry *e, char letter)
{
	return letter == 'M' && e->intent_to_add ? 'A' : letter;
}

static vv_status mark_entry(collector *c, const vv_index_entry *e, char letter, vv_error *err)
{
	vv_change_entry *entry;
	vv_status rc = entry_of(c, e, &entry, err);

	if (rc == VV_OK) {
		entry->work = letter_of(e, letter);
	}
	return rc;
}

static vv_status look_if_damaged(collector *c, const vv_index_entry *e, vv_change_entry *entry,
				 vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_pointer_blob) b = {0};
	vv_auto(vv_buf) mend = VV_BUF_INIT;
	vv_status rc = vv_pointer_blob_read(&b, &arena, c->r, &e->id, err);

	entry->later = rc == VV_OK && b.found == VV_ENOSUPPORT;
	if (rc < 0 || b.found != VV_EINPUT) return rc;
	entry->torn = vv_pointer_is_torn(b.text.data, b.text.len);
	if ((rc = vv_damaged_pointer_mend(&mend, c->r, e->path, &e->id, err)) == VV_OK &&
	    !(entry->mend = vv_strdup(vv_buf_cstr(&mend)))) {
		rc = vv_fail_nomem(err);
	}
	return rc;
}

static vv_status mark_plain(collector *c, const vv_index_entry *e, vv_error *err)
{
	vv_change_entry *entry;
	vv_status rc = entry_of(c, e, &entry, err);

	if (rc == VV_OK && !entry->plain) {
		entry->plain = true;
		c->out->plain++;
		rc = look_if_damaged(c, e, entry, err);
	}
	return rc;
}

/* Data that does not fit is a finding of status, not the end of it. */
static bool is_finding(vv_status rc)
{
	return rc == VV_EINPUT || rc == VV_EREFUSED || rc == VV_ENOTFOUND || rc == VV_EMISSING ||
	       rc == VV_ENOSUPPORT || rc == VV_ECONFLICT;
}

/* Keeps the blocks of a changed file for counting, up to a limit. */
static vv_status keep_blocks(collector *c, vv_mem_sink **out, vv_error *err)
{
	vv_store *store = NULL;
	vv_status rc = vv_repository_store(c->r, &store, err);

	if (rc == VV_OK &&
	    (rc = vv_mem_sink_new(out, store, vv_env_temp_dir(vv_repository_env(c->r)), err)) ==
		    VV_OK) {
		vv_mem_sink_limit(*out, KEPT_MAX);
	}
	return rc;
}

/* It is a table, whose blocks are to be looked for. */
static vv_status note_table(collector *c, size_t at, vv_error *err)
{
	if (!c->opts->missing) return VV_OK;
	if (!vv_array_add(c->tables, c->table_count, c->table_cap, at)) return vv_fail_nomem(err);
	for (size_t i = c->table_count - 1; i > 0 && c->tables[i - 1] > at; i--) {
		c->tables[i] =
			c->tables[i - 1]; /* a file that another thread imported comes late */
		c->tables[i - 1] = at;
	}
	return VV_OK;
}

/* The import of a changed file in another thread, which also counts its changes. */
typedef struct pending {
	vv_import_ahead *import;
	size_t at;               /* place in the index */
	vv_change_entry counted; /* path and work_facts: of this file */
	const char *temp_dir;
	vv_status status; /* of the counting */
	vv_error err;
} pending;

static void facts_clear(vv_change_facts *f)
{
	vv_change_counts_clear(&f->counts);
	vv_free_all(f->form, f->problem);
}

static void count_ahead(void *payload, const vv_dataset_found *found, vv_mem_sink *blocks)
{
	pending *p = payload;

	p->status = vv_change_work_facts(&p->counted, found, blocks, p->temp_dir, &p->err);
}

static void pending_drop(pending *p)
{
	vv_import_ahead_drop(p->import);
	facts_clear(&p->counted.work_facts);
	p->import = NULL;
}

/* The result of a comparison of a file with the index. */
typedef struct compared_file {
	vv_work_state state;
	vv_dataset_found found; /* if it was imported */
	vv_mem_sink *blocks;    /* of the import; may be NULL */
	pending *counted;       /* another thread has counted the changes; else NULL */
} compared_file;

static void compared_file_clear(compared_file *f)
{
	vv_dataset_found_clear(&f->found);
	vv_mem_sink_free(f->blocks);
}
VV_AUTO_CLEAR(compared_file, compared_file_clear)

static vv_status count_changes(collector *c, vv_change_entry *entry, const vv_index_entry *e,
			       compared_file *f, vv_error *err)
{
	vv_dataset_found *found = &f->found;

	if (found->was_pointer) {
		return vv_change_other_pointer(entry, e, found, c->r, c->s, err);
	}
	entry->edited = !vv_cid_is_null(&found->named) &&
			vv_cid_equal(&found->named, &found->result.cid);
	if (f->counted) {
		if (f->counted->status < 0) return vv_error_copy(err, &f->counted->err);
		entry->table = f->counted->counted.table;
		entry->work_facts = f->counted->counted.work_facts;
		f->counted->counted.work_facts = (vv_change_facts){.known = false};
		return VV_OK;
	}
	if (vv_oid_is_empty_blob(&e->id)) { /* it has no rows to compare with */
		memset(&found->parent, 0, sizeof(found->parent));
	}
	return vv_change_work_facts(entry, found, f->blocks,
				    vv_env_temp_dir(vv_repository_env(c->r)), err);
}

/* Adds the entry of a dataset, unless it is unchanged. refused NULL: it could be compared. */
static vv_status add_dataset(collector *c, size_t at, const vv_index_entry *e, compared_file *f,
			     vv_error *refused, vv_error *err)
{
	static const char letters[] = {[VV_WORK_SAME] = ' ',
				       [VV_WORK_MODIFIED] = 'M',
				       [VV_WORK_DELETED] = 'D',
				       [VV_WORK_POINTER] = ' ',
				       [VV_WORK_OTHER] = 'T'};
	vv_change_entry *entry;
	uint32_t mode = e->mode;
	vv_status rc = VV_OK;

	if (f->state == VV_WORK_SAME || f->state == VV_WORK_POINTER) {
		rc = vv_index_work_mode(c->x, e, &mode, err);
	}
	if (rc == VV_OK && (f->state != VV_WORK_SAME || mode != e->mode) &&
	    (rc = entry_of(c, e, &entry, err)) == VV_OK) {
		entry->dataset = true;
		entry->modified = f->state == VV_WORK_MODIFIED && !refused;
		entry->work = letter_of(e, mode != e->mode ? 'M' : letters[f->state]);
		if (refused) {
			rc = vv_change_problem(entry, refused, err);
		} else if (f->state == VV_WORK_POINTER) {
			rc = vv_change_pointer_only(entry, &e->id, c->r, c->s, err);
		} else if (f->state == VV_WORK_MODIFIED && c->opts->facts) {
			rc = count_changes(c, entry, e, f, err);
		}
		c->out->pointers += f->state == VV_WORK_POINTER;
	}
	return rc == VV_OK && f->state != VV_WORK_POINTER ? note_table(c, at, err) : rc;
}

static vv_status compare_dataset(collector *c, size_t at, const vv_index_entry *e, vv_error *err)
{
	vv_auto(compared_file) f = {.state = VV_WORK_MODIFIED};
	vv_error why;
	vv_status rc;

	if (c->opts->facts && (rc = keep_blocks(c, &f.blocks, err)) < 0) return rc;
	vv_dataset_reader_parts(c->s)->kept = f.blocks;
	rc = vv_dataset_reader_work_state(c->s, e->path, &e->id, e, &f.state,
					  c->opts->facts ? &f.found : NULL, &why);
	vv_dataset_reader_parts(c->s)->kept = NULL;
	if (rc < 0 && !is_finding(rc)) return vv_error_copy(err, &why);
	f.state = rc < 0 ? VV_WORK_MODIFIED : f.state;
	return add_dataset(c, at, e, &f, rc < 0 ? &why : NULL, err);
}

/* Adds the file whose import was started first. */
static vv_status end_pending(collector *c, vv_error *err)
{
	pending *p = &c->pending[c->pending_first];
	vv_auto(compared_file) f = {.state = VV_WORK_MODIFIED, .counted = p};
	const vv_index_entry e = vv_index_at(c->x, p->at);

	c->pending_first = (c->pending_first + 1) % c->pending_max;
	c->pending_count--;
	vv_status rc = vv_import_ahead_end(vv_take(&p->import), &f.found, err);
	if (rc == VV_OK) {
		f.state = vv_oid_equal(&f.found.blob, &e.id) ? VV_WORK_SAME : VV_WORK_MODIFIED;
		rc = add_dataset(c, p->at, &e, &f, NULL, err);
	} else if (rc == VV_ENOTFOUND) {
		rc = compare_dataset(c, p->at, &e, err);
	}
	pending_drop(p);
	return rc;
}

/* Starts the import of a file whose changes are counted. *begun false: it is not one for a thread of its own. */
static vv_status begin_pending(collector *c, size_t at, const vv_index_entry *e, bool *begun,
			       vv_error *err)
{
	static const vv_dataset_options usual = VV_DATASET_OPTIONS_INIT;
	vv_status rc;

	*begun = false;
	if (!c->pending || vv_oid_is_empty_blob(&e->id)) return VV_OK;
	if (c->pending_count == c->pending_max && (rc = end_pending(c, err)) < 0) return rc;
	pending *p = &c->pending[(c->pending_first + c->pending_count) % c->pending_max];
	*p = (pending){.at = at,
		       .counted.path = (char *)(uintptr_t)e->path,
		       .temp_dir = vv_env_temp_dir(vv_repository_env(c->r))};
	const vv_import_ahead_how how = {.opts = &usual,
					 .dry = true,
					 .uncounted = !c->opts->groups,
					 .limit = KEPT_MAX,
					 .then = count_ahead,
					 .payload = p};
	vv_import_ahead_begin(&p->import, c->s, e->path, &how);
	*begun = p->import != NULL;
	c->pending_count += *begun;
	return VV_OK;
}

static vv_status dataset_state(collector *c, size_t at, const vv_index_entry *e, vv_error *err)
{
	vv_auto(compared_file) f = {.state = VV_WORK_MODIFIED};
	bool known = false, begun = false;
	vv_status rc;

	/* an error is found again */
	if (c->opts->facts && vv_dataset_reader_work_known(c->s, e->path, &e->id, e, &f.state,
							   &known, VV_IGNORED) == VV_OK) {
		if (known) return add_dataset(c, at, e, &f, NULL, err);
		if ((rc = begin_pending(c, at, e, &begun, err)) < 0 || begun) return rc;
	}
	return compare_dataset(c, at, e, err);
}

static vv_status mark_pointer(collector *c, const vv_index_entry *e, bool lost, vv_error *err)
{
	vv_change_entry *entry;
	vv_status rc = entry_of(c, e, &entry, err);

	if (rc < 0) return rc;
	entry->dataset = true;
	entry->lost = lost;
	c->out->pointers++;
	return vv_change_pointer_only(entry, &e->id, c->r, c->s, err);
}

/* Is a table staged under this path? */
static bool is_staged_table(const collector *c, const char *path)
{
	const vv_change_entry *e = find_staged(c, path);

	return e && e->dataset;
}

/* Git wrote the pointer of a table that no line of .gitattributes tracks, as after 'git mv'. The few bytes
 * are read of small files that are staged as tables, or whose name may be that of one. */
static vv_status look_if_lost(collector *c, const vv_index_entry *e, const vv_stat *st,
			      vv_error *err)
{
	vv_auto(char) *file = NULL;
	bool pointer = false;
	vv_status rc = VV_OK;

	if (!c->opts->facts || !S_ISREG(e->mode) ||
	    (!is_staged_table(c, e->path) && !vv_lost_table_may_be(e->path, &c->lines))) {
		return VV_OK;
	}
	if (!(file = vv_repository_file(c->r, e->path))) return vv_fail_nomem(err);
	if (vv_dataset_reader_holds_pointer(file, st)) {
		rc = vv_dataset_reader_is_pointer(c->s, &e->id, &pointer, err);
	}
	return rc == VV_OK && pointer ? mark_pointer(c, e, true, err) : rc;
}

static vv_status ordinary_state(collector *c, const vv_index_entry *e, const vv_stat *st,
				vv_error *err)
{
	static const char letters[] = {[VV_FILE_SAME] = ' ',
				       [VV_FILE_MODIFIED] = 'M',
				       [VV_FILE_DELETED] = 'D',
				       [VV_FILE_TYPE_CHANGED] = 'T'};
	vv_file_state state;
	vv_change_entry *entry;
	vv_status rc = vv_index_file_state(c->x, e, &state, err);

	if (rc == VV_OK && state == VV_FILE_SAME) return look_if_lost(c, e, st, err);
	if (rc < 0 || (rc = entry_of(c, e, &entry, err)) < 0) return rc;
	entry->work = letter_of(e, letters[state]);
	if (c->opts->facts && state == VV_FILE_MODIFIED && S_ISREG(e->mode)) {
		rc = vv_dataset_reader_is_pointer(c->s, &e->id, &entry->lost, err);
		if (rc == VV_OK && !entry->lost) {
			rc = vv_change_text_facts(entry, true, c->r, c->s, err);
		}
	}
	return rc;
}

/* A file whose stat equals the index entry's is unchanged; checks that it is in the right form. */
static vv_status clean_state(collector *c, size_t at, const vv_index_entry *e, const vv_stat *st,
			     vv_error *err)
{
	bool tracked = false, pointer = false, anew = false;
	vv_auto(char) *file = NULL;
	vv_oid id;
	vv_status rc;

	if (S_ISREG(e->mode) &&
	    (rc = vv_dataset_reader_described_anew(c->s, e->path, &e->id, false, &anew, err)) < 0) {
		return rc;
	}
	if (anew) return dataset_state(c, at, e, err);
	/* The stat cache has only pointers. */
	if (vv_stat_cache_get(vv_dataset_reader_parts(c->s)->stats, e->path, st, &id) &&
	    vv_oid_equal(&id, &e->id)) {
		return note_table(c, at, err);
	}
	/* Reading the attributes takes 50 us: too much for each of 10,000 files. */
	if (!S_ISREG(e->mode) || !vv_attr_list_concerns(&c->lines, e->path)) {
		return look_if_lost(c, e, st, err);
	}
	if ((rc = vv_attr_tracked(c->r, e->path, &tracked, err)) < 0 || !tracked ||
	    vv_add_never(e->path) || vv_oid_is_empty_blob(&e->id) ||
	    (rc = vv_dataset_reader_is_pointer(c->s, &e->id, &pointer, err)) < 0) {
		return rc;
	}
	if (!pointer) return vv_add_may(e->path) ? mark_plain(c, e, err) : VV_OK;
	if (!(file = vv_repository_file(c->r, e->path))) return vv_fail_nomem(err);
	/* A clean stat is also that of the pointer itself, where Git wrote it out. */
	if (vv_dataset_reader_is_left(file, st, &e->id)) return mark_pointer(c, e, false, err);
	if ((rc = note_table(c, at, err)) < 0) return rc;
	return vv_stat_cache_set(vv_dataset_reader_parts(c->s)->stats, e->path, st, &e->id,
				 vv_stat_wait(st), err);
}

/* Is the file the blob, which is small? */
static bool file_stands(const collector *c, const vv_index_entry *e, const vv_stat *st)
{
	vv_auto(char) *file = vv_repository_file(c->r, e->path);
	vv_oid id;

	return file &&
	       (vv_dataset_reader_is_left(file, st, &e->id) ||
		(st->size <= VV_POINTER_MAX && vv_blob_id_of_file(file, &id, VV_IGNORED) == VV_OK &&
		 vv_oid_equal(&id, &e->id)));
}

static vv_status entry_state(collector *c, size_t at, const vv_index_entry *e, vv_error *err)
{
	bool tracked = false, pointer = false;
	vv_stat st;
	vv_status rc = vv_lstat_at(&st, c->top, e->path, &c->above, err);

	if (rc == VV_ENOTFOUND) {
		if ((rc = mark_entry(c, e, 'D', err)) < 0 || !c->opts->missing ||
		    !S_ISREG(e->mode)) {
			return rc;
		}
		rc = vv_dataset_reader_is_pointer(c->s, &e->id, &pointer, err);
		return rc == VV_OK && pointer ? note_table(c, at, err) : rc;
	}
	if (rc < 0) return rc;
	if (vv_index_stat_clean(c->x, e, &st)) return clean_state(c, at, e, &st, err);
	if (S_ISREG(e->mode) && S_ISREG(st.mode)) {
		if ((rc = vv_attr_tracked(c->r, e->path, &tracked, err)) < 0) return rc;
		if (tracked && !vv_add_never(e->path)) {
			if ((rc = vv_dataset_reader_is_pointer(c->s, &e->id, &pointer, err)) < 0) {
				return rc;
			}
			if (pointer || vv_oid_is_empty_blob(&e->id)) {
				return dataset_state(c, at, e, err);
			}
			if (!vv_add_may(e->path)) return ordinary_state(c, e, &st, err);
			/* A pointer that is damaged, or of a later version, is unchanged in the work
			 * tree. */
			rc = mark_plain(c, e, err);
			return rc < 0 || file_stands(c, e, &st) ? rc : mark_entry(c, e, 'M', err);
		}
	}
	return ordinary_state(c, e, &st, err);
}

static bool is_module(const vv_index_entry *e)
{
	return e->stage == 0 && !e->hidden && vv_mode_is_submodule(e->mode);
}

/* Adds submodules, with their state from git: other commits, changed or new files, as configured in
 * .gitmodules. */
static vv_status add_modules(collector *c, vv_error *err)
{
	const char *dir = vv_repository_workdir(c->r);
	vv_auto_free const char **argv = NULL;
	vv_auto(vv_buf) changed = VV_BUF_INIT;
	size_t modules = 0, argc = 7, at = 0;
	int code = 0;

	for (vv_index_entry e = {0}; vv_index_next(c->x, &e);) {
		modules += is_module(&e);
	}
	if (modules == 0 || !dir) return VV_OK;
	if (!(argv = vv_calloc(modules + argc + 1, sizeof(*argv)))) return vv_fail_nomem(err);
	memcpy(argv, (const char *[]){"git", "-C", dir, "diff-files", "--name-only", "-z", "--"},
	       argc * sizeof(*argv));
	for (vv_index_entry e = {0}; vv_index_next(c->x, &e);) {
		if (is_module(&e) && path_wanted(c, e.path)) {
			argv[argc++] = e.path;
		}
	}
	vv_run run = {.argv = argv,
		      .env = vv_repository_env(c->r),
		      .more = vv_git_literal,
		      .output = &changed};
	vv_status rc = argc > 7 ? vv_run_program(&run, &code, err) : VV_OK;
	if (rc == VV_OK && code != 0) {
		rc = vv_fail(err, VV_EIO, "git diff-files ended with exit code %d", code);
	}
	/* both are in the order of paths */
	for (vv_index_entry e = {0}; rc == VV_OK && at < changed.len && vv_index_next(c->x, &e);) {
		if (is_module(&e) && strcmp(e.path, changed.data + at) == 0) {
			at += strlen(e.path) + 1;
			rc = mark_entry(c, &e, 'M', err);
		}
	}
	return rc;
}

static vv_status add_entries(collector *c, vv_error *err)
{
	const size_t count = vv_index_count(c->x);
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_index_entry e = vv_index_at(c->x, i);
		if (e.stage != 0 || e.hidden || vv_mode_is_submodule(e.mode) ||
		    !path_wanted(c, e.path)) {
			continue;
		}
		if ((rc = entry_state(c, i, &e, err)) == VV_OK) {
			rc = vv_attr_beaten_note(&c->beaten, c->r, e.path, err);
		}
	}
	return rc;
}

static vv_status make_room_pending(collector *c, vv_error *err)
{
	c->pending_max = c->opts->facts ? vv_import_ahead_most(c->s) : 0;
	if (c->pending_max == 0) return VV_OK;
	c->pending = vv_calloc(c->pending_max, sizeof(*c->pending));
	return vv_alloc_ok(c->pending, err);
}

static void drop_pending(collector *c)
{
	for (; c->pending_count > 0; c->pending_count--) { /* a command that failed */
		pending_drop(&c->pending[c->pending_first]);
		c->pending_first = (c->pending_first + 1) % c->pending_max;
	}
	vv_free(c->pending);
}

static vv_status add_work(collector *c, vv_error *err)
{
	vv_status rc = add_modules(c, err);

	if (rc < 0 ||
	    (rc = vv_attr_list_read(&c->lines, c->r, NULL, VV_ATTR_FILTER_LINES, err)) < 0 ||
	    (rc = vv_attr_list_read(&c->beaten, c->r, c->x, VV_ATTR_TEXT_LINES, err)) < 0) {
		return rc;
	}
	if ((rc = make_room_pending(c, err)) < 0) return rc;
	if ((c->top = vv_repository_open_top(c->r, err)) < 0) return (vv_status)c->top;
	rc = add_entries(c, err);
	while (rc == VV_OK && c->pending_count > 0) {
		rc = end_pending(c, err);
	}
	vv_buf_clear(&c->above);
	(void)vv_close(c->top, NULL, VV_IGNORED);
	if (rc < 0) return rc;
	vv_attr_beaten_put(&c->beaten, &c->out->beaten);
	if (c->out->count > 1) {
		qsort(c->out->entries, c->out->count, sizeof(*c->out->entries), vv_text_order);
	}
	vv_array_each(c->out->entries, c->out->count, e) {
		c->out->unstaged += e->work != ' ' && e->work != 'U' && e->staged != 'U' &&
				    !(e->staged == 'A' && e->work == 'A') &&
				    !(e->staged == 'D' && e->work == 'D');
	}
	return VV_OK;
}

static vv_status on_untracked(void *payload, const char *path, vv_error *err)
{
	collector *c = payload;
	vv_change_entry *entry;
	vv_status rc;

	if (!path_wanted(c, path)) return VV_OK;
	if ((rc = append_entry(c->out, path, &entry, err)) == VV_OK) {
		entry->staged = entry->work = '?';
		c->out->untracked++;
	}
	return rc;
}

/* "refs/remotes/origin/main" in its short form. */
static void shorten_ref(char *ref)
{
	static const char *const prefixes[] = {"refs/heads/", "refs/remotes/", "refs/"};

	vv_array_each(prefixes, sizeof(prefixes) / sizeof(prefixes[0]), prefix) {
		size_t len = strlen(*prefix);
		if (strncmp(ref, *prefix, len) == 0) {
			memmove(ref, ref + len, strlen(ref + len) + 1);
			return;
		}
	}
}

/* Pointers in the work tree whose blocks are at their source. */
static vv_status mark_linked(vv_changes *out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_elsewhere) *noted = NULL;

	vv_array_each(out->entries, out->count, e) {
		vv_status rc;

		if (!e->pointer_only || e->blocks_here) {
			continue;
		}
		if (!noted && (rc = vv_elsewhere_read(&noted, r, err)) < 0) return rc;
		e->linked = vv_elsewhere_links(noted, &e->root);
	}
	return VV_OK;
}

static vv_status read_head(vv_changes *out, vv_repository *r, bool upstream, vv_error *err)
{
	vv_status rc = vv_head_read(r, &out->head, err);

	if (rc < 0 || !upstream || !out->head.branch || out->head.unborn) return rc;
	rc = vv_branch_upstream(r, out->head.branch, &out->upstream, &out->ahead, &out->behind,
				err);
	if (rc < 0 && rc != VV_ENOTFOUND && rc != VV_EMISSING) return rc;
	out->upstream_gone = rc == VV_EMISSING;
	if (out->upstream) {
		shorten_ref(out->upstream);
	}
	return VV_OK;
}

static vv_status read_paths(collector *c, vv_error *err)
{
	vv_changes *out = c->out;
	vv_status rc;

	if ((rc = add_staged(c, err)) < 0 || (!c->opts->no_work && (rc = add_work(c, err)) < 0) ||
	    (c->opts->unsent && c->lines.count > 0 &&
	     (rc = vv_push_hook_lacks(c->r, &out->hook, &out->hook_mend, err)) < 0) ||
	    (rc = vv_missing_blocks_find(&out->missing, &out->missing_count, c->r, c->x, c->s,
					 c->tables, c->table_count, err)) < 0 ||
	    (rc = mark_linked(out, c->r, err)) < 0 || (rc = vv_buf_ok(&out->beaten, err)) < 0) {
		return rc;
	}
	return c->opts->untracked
		       ? vv_untracked_each(c->x, "", c->opts->untracked_all, on_untracked, c, err)
		       : VV_OK;
}

static vv_status warn_left(void *payload, const char *path, const char *words,
			   vv_error *err VV_UNUSED)
{
	vv_notes_warn(vv_repository_notes(payload), "%s: %s", vv_text_shows(path), words);
	vv_notes_hint(vv_repository_notes(payload), VV_HINT_ADD_CONVERT, path);
	return VV_OK;
}

vv_status vv_changes_read(vv_changes *out, vv_repository *r, vv_index *x, vv_dataset_reader *s,
			  const vv_changes_options *opts, vv_error *err)
{
	collector c = {.out = out, .r = r, .x = x, .s = s, .opts = opts};
	vv_status rc;

	*out = (vv_changes){.state = vv_state_name(r)};
	out->shown = vv_state_shown(r);
	if ((rc = read_head(out, r, opts->upstream, err)) < 0 ||
	    (opts->unsent && ((rc = vv_unsent_count(&out->unsent, r, err)) < 0 ||
			      (!vv_oid_is_null(&out->head.commit) &&
			       (rc = vv_head_put_of_commit(&out->signed_by, r, &out->head.commit,
							   vv_now_sec(), err)) < 0)))) {
		return rc;
	}
	vv_auto(vv_attr_held) held VV_UNUSED = vv_attr_hold(r);
	const bool lent = vv_dataset_reader_lend_if_none(s, x);
	rc = read_paths(&c, err);
	drop_pending(&c);
	for (size_t i = 0; opts->kinds && rc == VV_OK && i < out->count; i++) {
		vv_change_entry *e = &out->entries[i];

		if (!e->kind) {
			rc = name_kind(&c, e, e->index_mode ? e->index_mode : e->head_mode,
				       e->index_mode ? &e->index_id : &e->head_id, err);
		}
	}
	if (rc == VV_OK && opts->facts) {
		rc = vv_left_tables_each(r, x, &c.lines, false, warn_left, r, err);
	}
	if (lent) {
		vv_dataset_reader_lend_index(s, NULL);
	}
	vv_attr_list_clear(&c.lines);
	vv_attr_list_clear(&c.beaten);
	vv_free(c.tables);
	return rc;
}

void vv_changes_clear(vv_changes *c)
{
	vv_array_each(c->entries, c->count, entry) {
		vv_free_all(entry->path, entry->from, entry->mend);
		facts_clear(&entry->staged_facts);
		facts_clear(&entry->work_facts);
	}
	vv_free(c->entries);
	vv_buf_clear_all(&c->signed_by, &c->hook, &c->hook_mend);
	vv_names_free(c->missing, c->missing_count);
	vv_free(c->upstream);
	vv_buf_clear(&c->beaten);
	vv_head_clear(&c->head);
	memset(c, 0, sizeof(*c));
}
