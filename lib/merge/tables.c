/*
 * tables: where the rows of each side come from, and where the result's go.
 */
#include "lib/merge/tables.h"

#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/bytes.h"
#include "dataset/table/bytes_encoded.h"
#include "dataset/table/import.h"
#include "diff/merge/merge.h"
#include "diff/write/column_pairs.h"
#include "diff/write/text_cell.h"
#include "lib/merge/references.h"
#include "lib/merge/rules.h"
#include "lib/merge/tables_internal.h"
#include "lib/merge/workbooks.h"
#include "lib/names/lfs.h"
#include "lib/names/nearest_kept.h"
#include "lib/names/version.h"
#include "lib/sync/needed.h"
#include "lib/tables/materialise.h"
#include "lib/tables/side_sink.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/worktree.h"
#include "repo/git/merge/text_form.h"
#include "repo/git/run_git.h"
#include "repo/git/tree.h"

#define TEXT_MAX ((size_t)1 << 31)

typedef struct side {
	vv_subject subject;
	vv_table table;
	bool open;
} side;

typedef struct merging {
	const vv_dataset_merge *in;
	vv_dataset_merged *out;
	side sides[3];
	vv_side_sink blocks;
	vv_store *store;
	vv_needed *needed; /* NULL until blocks of a side are not here */
	bool plain;        /* the result is text */
	vv_long_rows rows;
	uint64_t renumbered; /* rows that got another key */
} merging;

void vv_dataset_merged_clear(vv_dataset_merged *m)
{
	vv_conflict_record_clear(&m->record);
	*m = (vv_dataset_merged){.record = m->record};
}

uint32_t vv_merge_mode(const vv_index_side *base, const vv_index_side *ours,
		       const vv_index_side *theirs)
{
	return base->mode == ours->mode ? theirs->mode : ours->mode;
}

/* Text committed over a pointer is read as 'add --fix' would: with schema, dialect and key of the table, the
 * common one before those of the sides. */
static vv_status find_parent(merging *m, size_t i, vv_error *err)
{
	static const size_t order[] = {VV_BASE, VV_OURS, VV_THEIRS};
	vv_dataset_reader *reader = vv_dataset_writer_reader(m->in->writer);
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p;
	vv_status rc = VV_OK;

	for (size_t k = 0; rc == VV_OK && k < 3; k++) {
		const vv_index_side *other = &m->in->sides[order[k]];
		bool is = false;

		if (order[k] == i || other->mode == 0 ||
		    (rc = vv_dataset_reader_find_pointer(reader, &other->id, &arena, &p, &is,
							 err)) < 0 ||
		    !is) {
			continue;
		}
		if ((rc = vv_merge_fetch_root(m->in, &m->needed, &p.root, err)) == VV_OK) {
			m->sides[i].subject.parent = p.root;
			break;
		}
	}
	return rc;
}

/* A branch that was not migrated yet has a pointer of Git LFS: uses the table that it names. */
static vv_status find_lfs(vv_subject *s, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	uint64_t size = 0;
	vv_status rc = vv_blob_size(s->repo, &s->blob, &size, err);

	if (rc == VV_OK && size <= VV_LFS_POINTER_MAX &&
	    (rc = vv_blob_read(s->repo, &s->blob, VV_LFS_POINTER_MAX, &text, err)) == VV_OK &&
	    (rc = vv_lfs_find(&s->lfs, s->repo, vv_buf_cstr(&text), text.len, err)) ==
		    VV_EMISSING) {
		vv_prefix(err, "%s", vv_text_shows(s->text));
	}
	return rc;
}

/* The version whose form the text of a side keeps. */
static const vv_root *root_before(const merging *m, size_t i)
{
	const side *before = vv_array_find(m->sides, i, it, it->open);

	return before ? &before->table.root : NULL;
}

static vv_status open_side(merging *m, size_t i, vv_error *err)
{
	const vv_dataset_merge *in = m->in;
	vv_subject *s = &m->sides[i].subject;
	/* Rows of plain text are identified by the key of one version: the common one, else
	 * ours. */
	vv_sniff_hints form = VV_SNIFF_HINTS_INIT;
	vv_subject_options opts = {.hints = &form,
				   .writes = true,
				   .before = root_before(m, i),
				   .find_key = i == VV_BASE ||
					       (i == VV_OURS && in->sides[VV_BASE].mode == 0)};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p;
	vv_status rc;

	form.columns = m->rows.columns;
	if (in->sides[i].mode == 0) return VV_OK;
	*s = (vv_subject){.text = in->path,
			  .from = VV_FROM_COMMIT,
			  .repo = in->repo,
			  .reader = vv_dataset_writer_reader(in->writer),
			  .blob = in->sides[i].id,
			  .commit = in->commits[i],
			  .path = vv_strdup(in->path)};
	if (!s->path) return vv_fail_nomem(err);
	if ((rc = vv_dataset_reader_find_pointer(s->reader, &s->blob, &arena, &p, &s->is_dataset,
						 err)) == VV_OK &&
	    s->is_dataset) {
		s->root = p.root;
		rc = vv_merge_fetch_root(m->in, &m->needed, &s->root, err);
	} else if (rc == VV_OK && !s->is_dataset && (rc = find_lfs(s, err)) == VV_OK) {
		rc = find_parent(m, i, err);
	}
	if (rc == VV_OK && (rc = vv_subject_open(s, &m->sides[i].table, &opts, err)) == VV_OK) {
		m->sides[i].open = true;
	}
	return rc;
}

vv_status vv_merge_blob_commit(vv_oid *out, const vv_dataset_merge *in, size_t version,
			       vv_error *err)
{
	vv_auto(vv_buf) wanted = VV_BUF_INIT, log = VV_BUF_INIT, said = VV_BUF_INIT;
	char blob[VV_OID_TEXT + 1];
	vv_oid commit = {0};
	int code;

	*out = (vv_oid){{0}};
	vv_oid_text(blob, &in->sides[version].id);
	vv_buf_printf(&wanted, "--find-object=%s", blob);
	const char *args[] = {"-c",
			      "log.showRoot=true",
			      "log",
			      "-m",
			      "--raw",
			      "--no-abbrev",
			      "--all",
			      "--reflog",
			      "--no-renames",
			      "--format=%H",
			      vv_buf_cstr(&wanted),
			      "HEAD",
			      "--",
			      in->path,
			      NULL};
	const vv_git_call call = {.args = args,
				  .repo = in->repo,
				  .dir = vv_repository_workdir(in->repo),
				  .more = vv_git_literal,
				  .output = &log};
	vv_status rc = vv_buf_ok(&wanted, err);
	rc = rc < 0 ? rc : vv_git_run(&call, &said, &code, err);

	for (vv_line l = {.rest = vv_buf_cstr(&log)}; rc == VV_OK && vv_line_next(&l);) {
		/* ":100644 100644 OLD NEW M", as one line */
		const size_t at = strlen(":100644 100644 ") + VV_OID_TEXT + 1;

		if (l.len >= VV_OID_TEXT && vv_oid_parse(&commit, l.text, VV_OID_TEXT)) {
			continue;
		}
		if (l.len > at + VV_OID_TEXT && memcmp(l.text + at, blob, VV_OID_TEXT) == 0) {
			*out = commit;
			break;
		}
	}
	return rc;
}

/* Is the side tracked by varve? So is text committed without varve while a line assigns the path to varve. */
static vv_status find_form(merging *m, size_t i, bool *varve, vv_error *err)
{
	vv_subject *s = &m->sides[i].subject;
	vv_auto(vv_attr_text) *attributes = NULL;
	vv_auto(vv_tree_entry) e = {0};
	const char *filter = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	*varve = s->is_dataset;
	if (*varve || !m->sides[i].open) return VV_OK;
	if (vv_oid_is_null(&s->commit)) {
		rc = vv_merge_blob_commit(&s->commit, m->in, i, err);
		if (rc < 0 || vv_oid_is_null(&s->commit)) return rc;
	}
	/* of a revert the side is from the commit's parent */
	if ((rc = vv_tree_entry_at(s->repo, &s->commit, s->path, &e, err)) < 0) {
		return vv_missing_ok(rc, err);
	}
	if (!vv_oid_equal(&e.id, &s->blob)) return VV_OK;
	rc = vv_subject_beside(s, ".gitattributes", &text, err);
	if (rc < 0) return vv_missing_ok(rc, err);
	if ((rc = vv_attr_text_open(&attributes, s->repo, "", &text, "filter", err)) < 0 ||
	    (rc = vv_attr_text_ask(attributes, m->in->path, &filter, err)) < 0) {
		return rc;
	}
	*varve = strcmp(filter, "varve") == 0;
	return VV_OK;
}

/* Text, or blocks of varve: the side that changed the form since base decides it. */
static vv_status choose_form(merging *m, vv_error *err)
{
	bool varve[3];

	for (size_t i = 0; i < 3; i++) {
		vv_status rc = find_form(m, i, &varve[i], err);
		if (rc < 0) return rc;
	}
	/* a side without bytes is either */
	if (vv_oid_is_empty_blob(&m->in->sides[VV_THEIRS].id)) {
		varve[VV_THEIRS] = varve[VV_OURS];
	} else if (vv_oid_is_empty_blob(&m->in->sides[VV_OURS].id)) {
		varve[VV_OURS] = varve[VV_THEIRS];
	}
	if (varve[VV_OURS] == varve[VV_THEIRS]) {
		m->plain = !varve[VV_OURS];
	} else if (m->sides[VV_BASE].open) {
		m->plain = varve[VV_BASE];
	} else {
		vv_notes_warn(
			vv_repository_notes(m->in->repo),
			"%s is text on one side and a table of varve on the other; the result is a "
			"table of varve",
			vv_text_shows(m->in->path));
	}
	return VV_OK;
}

static vv_status open_blocks(merging *m, vv_sink *sink, vv_error *err)
{
	vv_side_sink *b = &m->blocks;
	const bool passing = m->in->dry || m->plain;

	vv_array_each(m->sides, 3, it) {
		b->sides[it - m->sides] = it->open && it->subject.own.passing ? &it->table.source
									      : NULL;
	}
	return vv_side_sink_open(b, sink, m->store, passing ? NULL : m->in->writer,
				 vv_env_temp_dir(vv_repository_env(m->in->repo)), err);
}

static vv_status note_conflict(void *payload, const vv_conflict *c, vv_error *err)
{
	const merging *m = payload;

	return vv_conflict_record_add(&m->out->record, c, err);
}

static vv_status find_copies(void *payload, bool certain, vv_merge_copies *out, vv_error *err)
{
	merging *m = payload;

	return vv_merge_row_copies(out, m->in, certain, &m->needed, err);
}

static vv_status find_moves(void *payload, const char *const *key, const char *const *keys,
			    size_t count, vv_merge_moves *out, vv_error *err)
{
	merging *m = payload;

	return vv_merge_moves_find(out, m->in, key, keys, count, &m->needed, err);
}

enum { ROWS_NAMED = 10 }; /* of those that get another key */

/* Both commands that merge and git's merge show the note. */
static vv_status note_renumbered(void *payload, const vv_merge_new_key *k, vv_error *err)
{
	merging *m = payload;
	const char *name = m->in->names[k->ours ? VV_OURS : VV_THEIRS];
	vv_auto(vv_buf) row = VV_BUF_INIT;

	if (m->in->quiet || ++m->renumbered > ROWS_NAMED) return VV_OK;
	vv_conflict_key_put(&row, k->key);
	vv_notes_put(vv_repository_notes(m->in->repo), "%s: row %s of %s is now row %s",
		     vv_text_shows(m->in->path), vv_text_shows(vv_buf_cstr(&row)),
		     vv_text_shows(name ? name : "theirs"),
		     vv_text_show(k->cell->text, k->cell->len));
	return vv_buf_ok(&row, err);
}

static void note_more_renumbered(const merging *m)
{
	if (m->renumbered > ROWS_NAMED) {
		vv_notes_put(vv_repository_notes(m->in->repo), "%s: and %s more",
			     vv_text_shows(m->in->path),
			     vv_text_counted(m->renumbered - ROWS_NAMED, "row", NULL));
	}
}

vv_status vv_dataset_merge_write(const vv_dataset_merge *in, const vv_oid *blob, vv_stat *st,
				 vv_error *err)
{
	vv_dataset_reader *reader = vv_dataset_writer_reader(in->writer);
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(char) *file = vv_repository_file(in->repo, in->path);
	vv_pointer p;
	bool pointer = false;
	vv_status rc = file ? vv_dataset_reader_find_pointer(reader, blob, &arena, &p, &pointer,
							     err)
			    : vv_fail_nomem(err);

	if (rc == VV_OK && pointer) {
		return vv_materialise(reader, in->path, blob, &p, in->sides[VV_OURS].mode, st, err);
	}
	if (rc < 0 || (rc = vv_blob_read(in->repo, blob, SIZE_MAX, &text, err)) < 0 ||
	    (rc = vv_worktree_write_bytes(in->repo, in->path, vv_buf_cstr(&text), text.len, false,
					  err)) < 0) {
		return rc;
	}
	return vv_lstat(st, file, err);
}

bool vv_merge_file_is(const vv_repository *r, const char *path, const vv_oid *blob)
{
	vv_auto(char) *file = vv_repository_file(r, path);
	vv_oid id;

	return file && vv_blob_id_of_file(file, &id, VV_IGNORED) == VV_OK &&
	       vv_oid_equal(&id, blob);
}

/* The whole is one conflict, and ours stays. */
static vv_status give_up(merging *m, const char *why, vv_error *err)
{
	vv_conflict c = {.kind = VV_CONFLICT_TABLE, .row = UINT64_MAX, .detail = why};

	m->out->result = m->in->sides[VV_OURS];
	m->out->stats.conflicts = 1;
	return vv_conflict_record_add(&m->out->record, &c, err);
}

static vv_status keep_blob(merging *m, vv_buf *text, vv_error *err)
{
	const vv_dataset_merge *in = m->in;
	vv_oid *id = &m->out->result.id;

	if (!in->dry) return vv_blob_write(in->repo, vv_buf_cstr(text), text->len, id, err);
	const vv_status rc = vv_blob_id(vv_buf_cstr(text), text->len, id, err);

	vv_blob_keep(in->repo, id, text);
	return rc;
}

static vv_status keep_result(merging *m, const vv_import_result *result, const vv_sink *sink,
			     vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_table) t = {0};
	vv_status rc;

	if (result->root.kind == VV_KIND_TABLE) {
		m->out->root = result->cid;
	}
	if (!m->plain) {
		rc = vv_root_pointer(&text, &result->cid, &result->root, err);
	} else if ((rc = vv_table_open_stored(&t, sink, &result->cid, err)) == VV_OK) {
		const vv_bytes_options whole = {.old_fd = -1};

		rc = vv_table_file(&t, vv_buf_write, &text, &whole, err);
	}
	return rc < 0 ? rc : keep_blob(m, &text, err);
}

static vv_status read_rules(vv_merge_rules *out, const char **twice, merging *m, vv_error *err)
{
	const vv_dataset_merge *in = m->in;
	const vv_merge_scope scope = {.repo = in->repo,
				      .path = in->path,
				      .commits = in->commits,
				      .names = in->names,
				      .into = in->into,
				      .how = in->how,
				      .swapped = in->swapped};

	if (in->no_rules) return VV_OK;
	vv_status rc = vv_merge_rules_load(out, &scope, err);
	return rc < 0 ? rc : vv_merge_twice(twice, out, in, &m->needed, err);
}

/* --- tables that refer to this one ------------------------------------------------------------- */

/* Has theirs another version of the table than base? Without both commits this is not known. */
static vv_status may_have_changed(bool *out, const vv_dataset_merge *in, const vv_oid *base,
				  const char *path, vv_error *err)
{
	vv_auto(vv_tree_entry) was = {.path = NULL}, is = {.path = NULL};
	const vv_oid *theirs = &in->commits[VV_THEIRS];
	vv_status rc;

	*out = true;
	if (!base || vv_oid_is_null(base) || vv_oid_is_null(theirs)) return VV_OK;
	if ((rc = vv_missing_ok(vv_tree_entry_at(in->repo, base, path, &was, err), err)) < 0 ||
	    (rc = vv_missing_ok(vv_tree_entry_at(in->repo, theirs, path, &is, err), err)) < 0) {
		return rc;
	}
	*out = was.mode != is.mode || !vv_oid_equal(&was.id, &is.id);
	return VV_OK;
}

/* Sets *path to a table with rows that theirs may have added or changed to refer to this one. */
static vv_status find_referring(const char **path, merging *m, vv_references *refs, vv_error *err)
{
	const vv_dataset_merge *in = m->in;
	vv_auto_free vv_oid *bases = NULL;
	size_t count = 0;
	const vv_oid *base = &in->commits[VV_BASE];
	bool changed;
	vv_status rc = VV_OK;

	*path = NULL;
	for (size_t i = VV_OURS; rc == VV_OK && i <= VV_THEIRS; i++) {
		vv_oid commit = in->commits[i];

		/* a picked commit may bring the reference along; a rebase passes the branch's tip, not
		 * the commit */
		if (i == VV_THEIRS && (vv_oid_is_null(&commit) || !vv_oid_is_null(&in->onto))) {
			rc = vv_merge_blob_commit(&commit, in, i, err);
		}
		if (rc == VV_OK && !vv_oid_is_null(&commit)) {
			rc = vv_references_add(refs, in->repo, &commit, in->path, err);
		}
	}
	if (rc < 0 || refs->count == 0) return rc;
	if (vv_oid_is_null(base) && !vv_oid_is_null(&in->commits[VV_OURS]) &&
	    !vv_oid_is_null(&in->commits[VV_THEIRS])) {
		rc = vv_merge_bases(in->repo, &in->commits[VV_OURS], &in->commits[VV_THEIRS],
				    &bases, &count, err);
		base = count == 1 ? &bases[0] : NULL;
	}
	vv_array_each(refs->list, refs->count, ref) {
		if (rc < 0 || (rc = may_have_changed(&changed, in, base, ref->path, err)) < 0 ||
		    changed) {
			*path = ref->path;
			return rc;
		}
	}
	return rc;
}

/* git merges the tables one by one: rows of another one that refer to a new key would refer to another row. */
static vv_status judge_new_keys(merging *m, const vv_merge_rules *rules, const char **why,
				vv_error *err)
{
	vv_auto(vv_references) refs = {.list = NULL};
	const char *path;
	vv_status rc;

	if (rules->new_keys == VV_MERGE_KEYS_ASK) return VV_OK;
	if ((rc = find_referring(&path, m, &refs, err)) < 0 || !path) return rc;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_buf_printf(&text, "renumber: rows of %s may refer to the new key", vv_text_shows(path));
	*why = text.failed ? NULL : vv_conflict_record_text(&m->out->record, vv_buf_cstr(&text));
	return *why ? VV_OK : vv_fail_nomem(err);
}

/* Of ours, whose groups are mostly those of the result. */
static vv_status load_cache(const merging *m, vv_scan_cache **out, vv_error *err)
{
	const side *ours = &m->sides[VV_OURS];
	uint64_t secret;

	if (!ours->open || !ours->subject.is_dataset || ours->subject.own.passing) return VV_OK;
	return vv_dataset_reader_scan_cache(vv_dataset_writer_reader(m->in->writer), m->in->path,
					    &ours->table.cid, out, &secret, err);
}

static vv_status merge_rows(merging *m, vv_error *err)
{
	const vv_dataset_merge *in = m->in;
	char ours[VV_OID_TEXT + 1], theirs[VV_OID_TEXT + 1];
	vv_merge_options opts = {
		.conflict = note_conflict,
		.copies = find_copies,
		.moves = find_moves,
		.renumbered = note_renumbered,
		.payload = m,
		.decisions = in->decisions,
		.decision_count = in->decision_count,
		.ours_id = ours,
		.theirs_id = theirs,
		.pool = vv_dataset_reader_pool(vv_dataset_writer_reader(in->writer))};
	vv_auto(vv_merge_rules) rules = {0};
	vv_auto(vv_import_result) result = {0};
	vv_auto(vv_scan_cache) *cache = NULL;
	vv_sink sink;
	vv_auto(char) *temp = vv_path_join(vv_repository_varvedir(in->repo), "cache", NULL);
	side *s = m->sides;
	vv_status rc;

	opts.rules = &rules;
	opts.named = m->rows.named;
	/* Where commits are not known the versions' own names decide. */
	vv_oid_text(ours, vv_oid_is_null(&in->commits[VV_OURS]) ? &in->sides[VV_OURS].id
								: &in->commits[VV_OURS]);
	vv_oid_text(theirs, vv_oid_is_null(&in->commits[VV_THEIRS]) ? &in->sides[VV_THEIRS].id
								    : &in->commits[VV_THEIRS]);
	opts.temp_dir = temp;
	/* The keys of text are inferred, so that the two may differ. */
	const vv_root *root = &s[VV_OURS].table.root;
	if (m->plain && !s[VV_BASE].open && root->key_count > 0 &&
	    vv_schema_places(NULL, &s[VV_THEIRS].table.schema, (const char *const *)root->key,
			     root->key_count)) {
		opts.key = (const char *const *)root->key;
	}
	if ((rc = vv_mkdirs(temp, err)) < 0 || (rc = read_rules(&rules, &opts.twice, m, err)) < 0 ||
	    (rc = judge_new_keys(m, &rules, &opts.keeps_keys, err)) < 0 ||
	    (rc = vv_repository_secret(in->repo, &opts.secret, err)) < 0 ||
	    (rc = load_cache(m, &cache, err)) < 0 || (rc = open_blocks(m, &sink, err)) < 0) {
		return vv_prefix(err, "%s", vv_text_shows(in->path));
	}
	opts.cache = cache;
	if ((rc = vv_merge_tables(&result, &m->out->stats,
				  s[VV_BASE].open ? &s[VV_BASE].table : NULL, &s[VV_OURS].table,
				  &s[VV_THEIRS].table, &sink, &opts, err)) < 0 ||
	    (rc = keep_result(m, &result, &sink, err)) < 0) {
		vv_prefix(err, "%s", vv_text_shows(in->path));
	}
	note_more_renumbered(m);
	return rc;
}

static vv_status name_sides(merging *m, vv_error *err)
{
	vv_conflict_record *c = &m->out->record;
	const vv_dataset_merge *in = m->in;

	c->path = vv_conflict_record_text(c, in->path);
	if (!c->path) return vv_fail_nomem(err);
	for (size_t i = 0; i < 3; i++) {
		if (in->sides[i].mode) {
			c->sides[i] = in->sides[i].id;
		}
		if (in->names[i] && !(c->names[i] = vv_conflict_record_text(c, in->names[i]))) {
			return vv_fail_nomem(err);
		}
	}
	c->how = in->how;
	c->unlimited = in->unlimited;
	c->commits[0] = in->commits[VV_OURS];
	c->commits[1] = in->commits[VV_THEIRS];
	return VV_OK;
}

/* --- documents ----------------------------------------------------------------- */

#define CELLS_NAMED 3u /* that both sides changed */

/* The cells of a document that both sides changed, in words. */
typedef struct both_changed {
	vv_buf words;
	uint64_t count;
	const char *table;
	const side *ours;
} both_changed;

static void both_changed_clear(both_changed *b)
{
	vv_buf_clear(&b->words);
}
VV_AUTO_CLEAR(both_changed, both_changed_clear)

/* "Prices!B17", "Prices, row 3, price", or less. */
static void put_place(both_changed *b, const vv_conflict *c)
{
	const vv_table *t = &b->ours->table;
	const long column = c->column ? vv_schema_find(&t->schema, c->column, strlen(c->column))
				      : -1;

	vv_buf_puts(&b->words, b->table);
	if (b->ours->subject.grid && !c->key && column >= 0 && c->row != UINT64_MAX) {
		const vv_diff_table sheet = {
			.sheet_row = {0, vv_dialect_prologue_rows(&t->root.dialect) + 1}};

		vv_buf_putc(&b->words, '!');
		vv_column_pairs_address(&b->words, &sheet, (size_t)column, c->row);
		return;
	}
	if (c->key) {
		vv_buf_puts(&b->words, ", row ");
		vv_conflict_key_put(&b->words, c->key);
	} else if (c->row != UINT64_MAX) {
		vv_buf_printf(&b->words, ", row %llu", (unsigned long long)c->row + 1);
	}
	if (c->column) {
		vv_buf_printf(&b->words, ", %s", c->column);
	}
}

static vv_status note_both(void *payload, const vv_conflict *c, vv_error *err)
{
	both_changed *b = payload;

	if (++b->count > CELLS_NAMED) return VV_OK;
	vv_buf_puts(&b->words, b->count > 1 ? "; " : "");
	put_place(b, c);
	if (c->ours && c->theirs) {
		vv_buf_puts(&b->words, ": ");
		vv_text_cell_put(&b->words, c->ours, true);
		vv_buf_puts(&b->words, " and ");
		vv_text_cell_put(&b->words, c->theirs, true);
	}
	return vv_buf_ok(&b->words, err);
}

static void close_sides(merging *m)
{
	vv_array_each(m->sides, 3, it) {
		if (it->open) {
			vv_table_close(&it->table);
		}
		vv_subject_clear(&it->subject);
		it->open = false;
	}
}

static void merging_clear(merging *m)
{
	close_sides(m);
	vv_side_sink_clear(&m->blocks);
	vv_needed_free(m->needed);
}
VV_AUTO_CLEAR(merging, merging_clear)

/* A table of a document's version, as a side. */
static vv_status open_sheet(merging *m, size_t i, const char *table, vv_error *err)
{
	const vv_subject_options how = {.find_key = i == VV_BASE, .before = root_before(m, i)};
	side *s = &m->sides[i];
	vv_status rc = vv_subject_find(
		&s->subject, m->in->repo, vv_dataset_writer_reader(m->in->writer),
		&(vv_version_name){.path = m->in->path, .blob = &m->in->sides[i].id}, err);

	if (rc < 0 || (rc = vv_subject_take_table(&s->subject, table, err)) < 0 ||
	    (rc = vv_subject_open(&s->subject, &s->table, &how, err)) < 0) {
		return rc;
	}
	s->open = true;
	return VV_OK;
}

/* Compares one table that all three versions have: an added or removed one is not a conflict. */
static vv_status compare_table(merging *one, both_changed *b, const char *temp, vv_error *err)
{
	const vv_dataset_merge *in = one->in;
	vv_merge_options opts = {.conflict = note_both, .payload = b, .temp_dir = temp};
	vv_auto(vv_import_result) result = {0};
	vv_merge_stats stats;
	vv_sink sink;
	vv_status rc;

	for (size_t i = 0; i < 3; i++) {
		rc = open_sheet(one, i, b->table, err);
		if (rc < 0) return rc == VV_ENOTFOUND ? VV_OK : rc;
	}
	if ((rc = vv_repository_secret(in->repo, &opts.secret, err)) < 0 ||
	    (rc = open_blocks(one, &sink, err)) < 0) {
		return rc;
	}
	b->ours = &one->sides[VV_OURS];
	return vv_merge_tables(&result, &stats, &one->sides[VV_BASE].table,
			       &one->sides[VV_OURS].table, &one->sides[VV_THEIRS].table, &sink,
			       &opts, err);
}

static vv_status compare_document(const merging *m, both_changed *b, vv_error *err)
{
	const vv_dataset_merge *in = m->in;
	vv_auto(vv_subject) ours = {.text = NULL};
	vv_auto(vv_subject_document) d = {.temp = NULL};
	vv_auto(char) *temp = vv_path_join(vv_repository_varvedir(in->repo), "cache", NULL);
	bool is = false;
	vv_status rc;

	if ((rc = vv_mkdirs(temp, err)) < 0 ||
	    (rc = vv_subject_find(
		     &ours, in->repo, vv_dataset_writer_reader(in->writer),
		     &(vv_version_name){.path = in->path, .blob = &in->sides[VV_OURS].id}, err)) <
		    0 ||
	    (rc = vv_subject_document_open(&d, &is, &ours, err)) < 0) {
		return rc;
	}
	if (!is) return vv_fail(err, VV_ENOSUPPORT, "no reader");
	vv_array_each(d.document.tables, d.document.count, it) {
		vv_auto(merging) one = {.in = in, .out = m->out, .store = m->store, .plain = true};

		b->table = it->name;
		if ((rc = compare_table(&one, b, temp, err)) < 0) return rc;
	}
	return VV_OK;
}

/* Names the changes of both sides of a document that is not merged, and in `reason` why it is not. If it is unreadable, only
 * reports that. */
static vv_status give_up_document(merging *m, const char *reason, vv_error *err)
{
	vv_auto(both_changed) b = {.words = VV_BUF_INIT};
	vv_auto(vv_buf) why = VV_BUF_INIT;
	vv_error ignored;

	vv_buf_puts(&why, "a document");
	if (m->in->sides[VV_BASE].mode != 0 && compare_document(m, &b, &ignored) == VV_OK &&
	    b.count == 0) {
		vv_buf_puts(&why, "; different cells changed: take one side, and enter the other's "
				  "changes by hand");
	} else if (b.count > 0) {
		vv_buf_printf(&why, "; both changed %s", vv_buf_cstr(&b.words));
		if (b.count > CELLS_NAMED) {
			vv_buf_printf(&why, "; and %s more", vv_text_count(b.count - CELLS_NAMED));
		}
	}
	if (*reason) {
		vv_buf_printf(&why, "; not merged by cell: %s", reason);
	}
	const vv_status rc = vv_buf_ok(&why, err);

	return rc < 0 ? rc : give_up(m, vv_buf_cstr(&why), err);
}

/* The side that an argument of merge -X prefers; VV_BASE: none. */
static int preferred_side(const vv_dataset_merge *in)
{
	int preferred = VV_BASE;

	for (size_t i = 0; i < in->how.count; i++) {
		if (strcmp(in->how.items[i], "ours") == 0) {
			preferred = in->swapped ? VV_THEIRS : VV_OURS;
		} else if (strcmp(in->how.items[i], "theirs") == 0) {
			preferred = in->swapped ? VV_OURS : VV_THEIRS;
		}
	}
	return preferred;
}

static vv_status keep_workbook(merging *m, const vv_workbook_merged *w, bool decided, vv_error *err)
{
	const char *path = vv_text_shows(m->in->path);
	vv_auto(vv_buf) words = VV_BUF_INIT;
	vv_conflict c = {.kind = VV_CONFLICT_TABLE, .row = UINT64_MAX};
	vv_status rc;

	m->out->result.id = w->blob;
	m->out->stats.cells_from_theirs = w->cells;
	if (w->stale > 0 && !m->in->quiet) {
		vv_notes_put(vv_repository_notes(m->in->repo),
			     "%s: %s no stored value until a spreadsheet program opens and saves "
			     "the workbook",
			     path, vv_text_counted(w->stale, "formula has", "formulas have"));
	}
	if (w->conflicts == 0 || decided) return VV_OK;
	vv_buf_printf(&words, VV_WORKBOOK_CONFLICT "%s", vv_buf_cstr(&w->words));
	c.detail = vv_buf_cstr(&words);
	m->out->stats.conflicts = w->conflicts;
	rc = vv_buf_ok(&words, err);
	return rc < 0 ? rc : vv_conflict_record_add(&m->out->record, &c, err);
}

/* Workbooks are merged by sheet and cell, by their reader. Other documents are not. */
static vv_status merge_document(merging *m, vv_error *err)
{
	const vv_dataset_merge *in = m->in;
	const int preferred = preferred_side(in);
	const vv_workbook_merge how = {
		.repo = in->repo,
		.reader = vv_dataset_writer_reader(in->writer),
		.path = in->path,
		.sides = {&in->sides[0].id, &in->sides[1].id, &in->sides[2].id},
		.prefer = preferred == VV_BASE ? VV_OURS : preferred,
		.dry = in->dry};
	vv_auto(vv_workbook_merged) w = {0};
	vv_status rc = VV_OK;

	vv_error_clear(err);
	if (in->sides[VV_BASE].mode != 0 && (rc = vv_merge_workbook(&w, &how, err)) < 0) return rc;
	return w.merged ? keep_workbook(m, &w, preferred != VV_BASE, err)
			: give_up_document(m, vv_buf_cstr(&w.words), err);
}

vv_status vv_merge_pick(const vv_dataset_merge *in, const vv_merge_rules *rules,
			const vv_oid *const versions[3],
			vv_status (*show)(void *payload, vv_table *picked, vv_error *err),
			void *payload, vv_error *err)
{
	static const size_t places[] = {VV_BASE, VV_THEIRS, VV_OURS};
	vv_auto(merging) m = {.in = in, .plain = true};
	vv_auto(char) *temp = vv_path_join(vv_repository_varvedir(in->repo), "cache", NULL);
	vv_merge_options opts = {.rules = rules, .temp_dir = temp};
	vv_auto(vv_import_result) result = {0};
	vv_merge_stats stats;
	vv_auto(vv_table) t = {0};
	vv_sink sink;
	vv_status rc = temp ? vv_repository_store(in->repo, &m.store, err) : vv_fail_nomem(err);

	for (size_t i = 0; i < 3 && rc == VV_OK; i++) {
		side *s = &m.sides[places[i]];
		const vv_subject_options how = {.find_key = true,
						.before = root_before(&m, places[i])};

		rc = vv_merge_open_older(&s->subject, &s->table, in, versions[i], &how, &m.needed,
					 err);
		s->open = rc == VV_OK;
	}
	if (rc < 0 || (rc = vv_repository_secret(in->repo, &opts.secret, err)) < 0 ||
	    (rc = open_blocks(&m, &sink, err)) < 0 ||
	    (rc = vv_merge_tables(&result, &stats, &m.sides[VV_BASE].table, &m.sides[VV_OURS].table,
				  &m.sides[VV_THEIRS].table, &sink, &opts, err)) < 0 ||
	    (rc = vv_table_open(&t, &sink, &result.cid, err)) < 0) {
		return rc;
	}
	return show(payload, &t, err);
}

static bool is_json(vv_buf *text)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *value;

	return vv_json_read(&value, &arena, vv_buf_cstr(text), text->len, "the text", VV_IGNORED) ==
	       VV_OK;
}

/* Merges the lines of a document such as package.json as git does without a driver. JSON has to remain JSON. If the base is a
 * table, one side must have its lines, perhaps in another form. */
static vv_status merge_text(merging *m, bool has_base, bool *conflict, vv_error *err)
{
	vv_auto(vv_buf) base = VV_BUF_INIT, ours = VV_BUF_INIT, theirs = VV_BUF_INIT,
			text = VV_BUF_INIT;
	vv_buf *const sides[] = {[VV_BASE] = &base, [VV_OURS] = &ours, [VV_THEIRS] = &theirs};
	vv_merge_lines lines[3];
	vv_status rc;

	*conflict = true;
	for (size_t i = 0; i < 3; i++) {
		const vv_index_side *in = &m->in->sides[i];

		if (in->mode == 0) return VV_OK;
		if ((rc = vv_blob_read(m->in->repo, &in->id, TEXT_MAX, sides[i], err)) < 0) {
			return rc;
		}
		lines[i] = (vv_merge_lines){vv_buf_cstr(sides[i]), sides[i]->len};
		if (memchr(lines[i].text, 0, lines[i].len)) return VV_OK;
	}
	const vv_merge_lines both[] = {lines[VV_OURS], lines[VV_THEIRS]};

	rc = vv_merge_text_form(&text, conflict, &lines[VV_BASE], both, has_base, err);
	if (rc < 0 || *conflict) return rc;
	*conflict = is_json(&ours) && is_json(&theirs) && !is_json(&text);
	return *conflict ? VV_OK : keep_blob(m, &text, err);
}

/* Side i could not be read as a table: *err has the reason. */
static vv_status merge_no_table(merging *m, size_t i, vv_error *err)
{
	static const char *const names[] = {
		[VV_BASE] = "base", [VV_OURS] = "ours", [VV_THEIRS] = "theirs"};
	vv_auto(vv_buf) why = VV_BUF_INIT;
	bool conflict;
	vv_status rc;

	vv_buf_printf(&why,
		      "%s is text that is not a table: %s; correct the line and merge again, or "
		      "take one side",
		      names[i], err->message);
	vv_error_clear(err);
	if ((rc = vv_buf_ok(&why, err)) < 0 ||
	    (rc = merge_text(m, i != VV_BASE, &conflict, err)) < 0 || !conflict) {
		return rc;
	}
	return give_up(m, vv_buf_cstr(&why), err);
}

/* Rows of side i have more cells than the header, so *err: opens all sides with further columns, which no side's text
 * names. *rows is true if they are tables then; such a row is merged as a whole. */
static vv_status open_long_rows(merging *m, bool *rows, vv_error *err)
{
	const vv_table *tables[3];
	vv_error why;
	vv_status rc = vv_merge_long_rows(&m->rows, m->in->repo,
					  vv_dataset_writer_reader(m->in->writer),
					  m->out->record.sides, m->in->path, err);

	if (rc < 0 || m->rows.columns == 0) return rc;
	close_sides(m);
	for (size_t i = VV_BASE; rc == VV_OK && i < 3; i++) {
		rc = open_side(m, i, &why);
	}
	for (size_t i = 0; i < 3; i++) {
		tables[i] = m->sides[i].open ? &m->sides[i].table : NULL;
	}
	*rows = rc == VV_OK && vv_long_rows_fit(tables);
	return rc == VV_EINPUT || rc == VV_OK ? VV_OK : vv_error_copy(err, &why);
}

/* Side i is text that is not a table, in the middle of tables; *err has the reason. */
static vv_status open_no_table(merging *m, size_t i, bool *rows, vv_error *err)
{
	vv_error why;
	vv_status rc = open_long_rows(m, rows, &why);

	rc = rc == VV_OK && *rows ? choose_form(m, &why) : rc;
	if (rc < 0) return vv_error_copy(err, &why);
	*rows = *rows && m->plain;
	if (!*rows) return merge_no_table(m, i, err);
	vv_error_clear(err);
	return VV_OK;
}

/* Opens the sides, or finds out why there is nothing to merge by rows. */
static vv_status open_sides(merging *m, bool *rows, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = VV_BASE; i < 3; i++) {
		rc = open_side(m, i, err);
		*rows = rc == VV_OK;
		if (rc == VV_EINPUT && !m->sides[i].subject.is_dataset) {
			return open_no_table(m, i, rows, err);
		}
		if (rc == VV_ENOSUPPORT) return merge_document(m, err);
		if (rc < 0) return rc;
	}
	return choose_form(m, err);
}

vv_status vv_dataset_merge_run(vv_dataset_merged *out, const vv_dataset_merge *in, vv_error *err)
{
	vv_auto(merging) m = {.in = in, .out = out};
	bool rows = false;
	vv_status rc;

	vv_dataset_merged_clear(out);
	out->result.mode = vv_merge_mode(&in->sides[VV_BASE], &in->sides[VV_OURS],
					 &in->sides[VV_THEIRS]);
	rc = name_sides(&m, err);
	rc = rc < 0 ? rc : vv_repository_store(in->repo, &m.store, err);
	if (rc == VV_OK) {
		rc = in->apart ? give_up(&m, in->apart, err) : open_sides(&m, &rows, err);
	}
	if (rc == VV_OK && rows) {
		rc = merge_rows(&m, err);
	}
	if (rc == VV_EMISSING && err->gap == VV_GAP_EXPIRED) {
		vv_nearest_kept_hint(in->repo, vv_oid_shows(&in->commits[VV_THEIRS]), in->path,
				     err);
	} else if (rc == VV_EMISSING) {
		vv_hint_code(err, VV_HINT_FETCH_ALL);
	}
	if (rc == VV_OK) {
		out->record.merged = out->result.id;
		out->record.root = out->root;
	}
	return rc;
}
