/*
 * repair: the sources of missing blocks, and their order.
 */
#include "lib/sync/repair.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "dataset/format/form.h"
#include "dataset/table/import.h"
#include "lib/sync/needed.h"
#include "lib/tables/dataset_import.h"
#include "repo/blocks/reach.h"
#include "repo/git/index/index.h"
#include "repo/git/pointer.h"
#include "repo/git/tree.h"
#include "repo/known/incomplete.h"

#define LOCK_WAIT_MS 60000u

/* A version of which blocks are missing. */
typedef struct broken {
	const vv_repair_version *v;
	uint64_t missing; /* known to be; more may be below them */
	vv_cid first;
	bool tried; /* its path, in this pass over the work tree */
	vv_buf from;
} broken;

typedef struct repair {
	const vv_repair *ask;
	vv_repository *repo;
	vv_store *store;
	broken *items;
	size_t count, cap;
	vv_cid_set *wanted; /* blocks that are missing, of all of them */
	vv_writer *w;       /* while blocks are stored */
} repair;

/* ---- missing blocks ---- */

typedef struct looking {
	repair *r;
	uint64_t missing;
	vv_cid first;
} looking;

static vv_status on_block(void *payload, const vv_cid *cid, const void *bytes VV_UNUSED,
			  size_t len VV_UNUSED, vv_status state, vv_error *err)
{
	looking *l = payload;

	if (state == VV_OK && (cid->codec != VV_CODEC_RAW || vv_store_has(l->r->store, cid))) {
		return VV_OK;
	}
	if (l->missing++ == 0) {
		l->first = *cid;
	}
	return vv_cid_set_note(l->r->wanted, cid, err);
}

static vv_status look_below(repair *r, const vv_cid *root, looking *l, vv_error *err)
{
	vv_walk w = {.store = r->store,
		     .budget = UINT64_MAX,
		     .missing_ok = true,
		     .visit = on_block,
		     .payload = l};

	*l = (looking){.r = r};
	return vv_walk_from(&w, root, err);
}

static vv_status want_nothing(repair *r, vv_error *err)
{
	vv_cid_set_free(r->wanted);
	r->wanted = vv_cid_set_new();
	return r->wanted ? VV_OK : vv_fail_nomem(err);
}

static vv_status find_broken(repair *r, vv_error *err)
{
	vv_status rc = want_nothing(r, err);
	looking l;

	for (size_t i = 0; rc == VV_OK && i < r->ask->count; i++) {
		const vv_repair_version *v = &r->ask->versions[i];

		if (vv_cid_is_null(&v->root) || (rc = look_below(r, &v->root, &l, err)) < 0 ||
		    l.missing == 0) {
			continue;
		}
		if (!vv_array_add(r->items, r->count, r->cap,
				  (broken){.v = v,
					   .missing = l.missing,
					   .first = l.first,
					   .from = VV_BUF_INIT})) {
			return vv_fail_nomem(err);
		}
	}
	return rc;
}

/* Checks again after using a source: reports versions that are now complete, and removes them from
 * the list. */
static vv_status look_again(repair *r, const char *source, vv_error *err)
{
	size_t left = 0;
	vv_status rc = want_nothing(r, err);
	looking l;

	for (size_t i = 0; i < r->count; i++) {
		broken *b = &r->items[i];

		if (rc == VV_OK && (rc = look_below(r, &b->v->root, &l, err)) == VV_OK) {
			if ((l.missing != b->missing || !vv_cid_equal(&l.first, &b->first)) &&
			    (b->from.len < strlen(source) ||
			     strcmp(b->from.data + b->from.len - strlen(source), source) != 0)) {
				vv_buf_printf(&b->from, "%s%s", b->from.len > 0 ? " and " : "",
					      source);
			}
			b->missing = l.missing;
			b->first = l.first;
		}
		if (rc == VV_OK && b->missing == 0 && (rc = vv_buf_ok(&b->from, err)) == VV_OK) {
			rc = r->ask->told(r->ask->payload, b->v, NULL, vv_buf_cstr(&b->from), err);
			vv_buf_clear(&b->from);
			continue;
		}
		if (left < i) {
			r->items[left] = *b;
		}
		left++;
	}
	r->count = left;
	return rc;
}

/* ---- blocks that are at hand ---- */

static vv_status put_wanted(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			    const vv_cid *base, vv_error *err)
{
	repair *r = payload;

	return vv_cid_set_has(r->wanted, cid) ? vv_writer_put(r->w, cid, bytes, len, base, err)
					      : VV_OK;
}

static vv_status get_any(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_writer_get(((repair *)payload)->w, cid, out, err);
}

/* One source of blocks that are at hand, as often as it has some: below a block that came there
 * may be others that are missing. */
typedef vv_status (*source_fn)(repair *r, vv_error *err);
static vv_status take_from(repair *r, source_fn fn, const char *name, vv_error *err)
{
	vv_writer_stats stats = {0};
	vv_status rc = VV_OK;

	do {
		if (r->count == 0 ||
		    (rc = vv_writer_open(&r->w, r->store, LOCK_WAIT_MS, err)) < 0) {
			break;
		}
		if ((rc = fn(r, err)) == VV_OK && (rc = vv_writer_commit(r->w, err)) == VV_OK) {
			stats = vv_writer_stats_get(r->w);
		}
		vv_writer_close(r->w);
		r->w = NULL;
		if (rc == VV_OK && stats.blocks_new > 0) {
			rc = look_again(r, name, err);
		}
	} while (rc == VV_OK && stats.blocks_new > 0);
	return rc;
}

#define HEADER_BYTES 65536u /* in which the header is sought */

/* ---- packs that were kept ---- */

static vv_status take_kept(repair *r, const char *dir, vv_error *err)
{
	vv_auto(vv_store) *kept = NULL;
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_cid real;
	vv_status rc = vv_store_open_over(&kept, dir, r->store, false, err);

	for (size_t i = 0; rc == VV_OK && i < vv_cid_set_count(r->wanted); i++) {
		const vv_cid *cid = vv_cid_set_at(r->wanted, i);

		if (vv_store_get(kept, cid, &bytes, VV_IGNORED) == VV_OK &&
		    vv_cid_of(&real, cid->codec, bytes.data, bytes.len, VV_IGNORED) == VV_OK &&
		    vv_cid_equal(&real, cid)) {
			rc = vv_writer_put(r->w, cid, vv_buf_cstr(&bytes), bytes.len, NULL, err);
		}
	}
	return rc;
}

static vv_status from_kept(repair *r, vv_error *err)
{
	vv_auto(char) *damaged = vv_path_join(vv_repository_varvedir(r->repo), VV_DAMAGED_DIR,
					      NULL);
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, damaged, true, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		rc = take_kept(r, f.path, err);
	}
	return rc;
}

/* ---- the work tree ---- */

/* The result of importing a file depends on these; the rest of a root follows from them. */
static bool same_form(const vv_root *a, const vv_root *b)
{
	return a->kind == b->kind && vv_bytes_equal(&a->schema, &b->schema) &&
	       a->key_source == b->key_source && a->cut_rows == b->cut_rows &&
	       vv_dialect_same_rows(&a->dialect, &b->dialect) &&
	       a->file_order_declared == b->file_order_declared &&
	       vv_root_names_equal(a->sorted_by, a->sorted_by_count, b->sorted_by,
				   b->sorted_by_count) &&
	       vv_root_names_equal(a->key, a->key_count, b->key, b->key_count) &&
	       vv_root_names_equal(a->cut_columns, a->cut_column_count, b->cut_columns,
				   b->cut_column_count);
}

/* Is it a file with data, not a pointer's text? The descriptor, or negative. */
static int open_data(repair *r, const char *path, vv_stat *st)
{
	vv_auto(char) *file = vv_repository_file(r->repo, path);
	char head[16];
	vv_auto(vv_fd) fd = file ? vv_open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, VV_IGNORED)
				 : -1;
	const ssize_t n = fd >= 0 && vv_fstat(st, fd, file, VV_IGNORED) == VV_OK &&
					  S_ISREG(st->mode)
				  ? vv_pread_full(fd, head, sizeof(head), 0, file, VV_IGNORED)
				  : -1;

	return n < 0 || vv_pointer_looks_like(head, (size_t)n) ? -1 : vv_fd_take(&fd);
}

/* A file that cannot be read in this form is not an error: it has changed. */
static vv_status unless_trouble(const vv_error *why, vv_error *err)
{
	return why->code == VV_ENOMEM || why->code == VV_EIO ? vv_error_copy(err, why) : VV_OK;
}

typedef vv_status (*read_fn)(repair *r, const char *path, const vv_source *source, const void *how,
			     vv_error *err);

/* Reads a file of the work tree with data, by a function that makes blocks. path: its path as a
 * dataset. */
static vv_status read_file(repair *r, const char *file, const char *path, read_fn fn,
			   const void *how, vv_error *err)
{
	vv_source source;
	vv_fd_source fds;
	vv_stat st;
	vv_error why;
	vv_auto(vv_fd) fd = open_data(r, file, &st);

	if (fd < 0) return VV_OK;
	vv_source_fd(&source, &fds, fd, path, st.size);
	vv_status rc = fn(r, path, &source, how, &why);
	return rc < 0 ? unless_trouble(&why, err) : VV_OK;
}

/* A pointer lacks where the key came from, whether the file's order was requested, and which properties
 * of the file were declared: the root with each of these. */
static vv_status put_root(repair *r, const vv_root *made, vv_error *err)
{
	enum { ORDERS = 2, SOURCES = VV_KEY_PACKAGE + 1, DECLARED = VV_DECLARED_ALL + 1 };
	const bool is_csv = made->kind == VV_KIND_TABLE && !vv_form_is_typed(made->dialect.form);
	const unsigned count = ORDERS * SOURCES * (is_csv ? DECLARED : 1);
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_root root = *made; /* borrows */
	vv_cid cid;
	vv_status rc = VV_OK;

	for (unsigned i = 0; rc == VV_OK && i < count; i++) {
		root.key_source = (vv_key_source)(i / ORDERS % SOURCES);
		root.file_order_declared = i % ORDERS;
		if (is_csv) {
			root.dialect.declared = (uint8_t)(i / (ORDERS * SOURCES));
		}
		if ((rc = vv_root_encode(&block, &root, err)) == VV_OK &&
		    (rc = vv_cid_of(&cid, VV_CODEC_DAG_CBOR, block.data, block.len, err)) ==
			    VV_OK) {
			rc = put_wanted(r, &cid, block.data, block.len, NULL, err);
		}
	}
	return rc;
}

/* As a table of a root's form. */
static vv_status read_as(repair *r, const char *path VV_UNUSED, const vv_source *source,
			 const void *how, vv_error *err)
{
	const vv_root *as = how;
	vv_sink sink = {.put = put_wanted, .get = get_any, .payload = r};
	vv_import_options opts = {.kind = as->kind,
				  .parent = as,
				  .as = as,
				  .pool = vv_dataset_reader_pool(r->ask->reader),
				  .progress = vv_dataset_reader_parts(r->ask->reader)->progress,
				  .hints = VV_SNIFF_HINTS_INIT};
	vv_auto(vv_import_result) made = {0};

	vv_status rc = vv_import(&made, source, &sink, &opts, err);
	return rc < 0 ? rc : put_root(r, &made.root, err);
}

static vv_status open_sink(void *payload, vv_sink *out, vv_error *err VV_UNUSED)
{
	*out = (vv_sink){.put = put_wanted, .get = get_any, .payload = payload};
	return VV_OK;
}

/* The forms of the path's versions: roots, each form once. */
typedef struct forms {
	vv_root *roots;
	size_t count, cap;
} forms;

static vv_status add_form(forms *f, const vv_buf *block, vv_error *err)
{
	vv_root root = {0};
	bool fresh = vv_root_decode(&root, block->data, block->len, VV_IGNORED) == VV_OK;
	for (size_t i = 0; fresh && i < f->count; i++) {
		fresh = !same_form(&f->roots[i], &root);
	}
	if (fresh && vv_array_add(f->roots, f->count, f->cap, root)) return VV_OK;
	vv_root_clear(&root);
	return fresh ? vv_fail_nomem(err) : VV_OK;
}

/* An import as a new table at path. */
typedef struct newly {
	const char *const *key; /* names of the key's columns, or NULL: detect it */
	vv_order_wish order;
	/* the header is the first line with all its columns; NULL: detect the header */
	const vv_pointer *header;
	forms *forms; /* gets the form of the result, with the cuts of other versions */
} newly;

/* The commit's pointer for it; false: unreadable. p is in the arena. */
static bool find_pointer(repair *r, const vv_repair_version *v, vv_arena *arena, vv_pointer *p)
{
	vv_auto(vv_tree_entry) e = {0};
	return !vv_oid_is_null(&v->commit) &&
	       vv_tree_entry_at(r->repo, &v->commit, v->path, &e, VV_IGNORED) == VV_OK &&
	       vv_dataset_reader_pointer(r->ask->reader, &e.id, arena, p, VV_IGNORED) == VV_OK;
}

/* A table's cut follows its first key, also if it loses this key or gets another one. */
static vv_status add_cuts(repair *r, const char *path, const vv_root *made, forms *f, vv_error *err)
{
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_root root = *made; /* borrows */
	vv_status rc;

	vv_array_each(r->ask->versions, r->ask->count, v) {
		vv_auto(vv_arena) arena = VV_ARENA_INIT;
		vv_pointer p = {0};

		if (strcmp(v->path, path) != 0 || !find_pointer(r, v, &arena, &p)) {
			continue;
		}
		root.cut_columns = (char **)p.key;
		root.cut_column_count = p.key_count;
		if ((rc = vv_root_encode(&block, &root, err)) < 0 ||
		    (rc = add_form(f, &block, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* The number of lines above the first one that has all names of the pointer's columns; -1: none. */
static long find_header(const vv_pointer *p, const vv_source *source, vv_error *err)
{
	vv_auto(vv_buf) head = VV_BUF_INIT;
	long lines = 0;

	if (!vv_buf_reserve(&head, HEADER_BYTES)) return -1;
	const ssize_t n = source->read(source->payload, head.data, HEADER_BYTES, err);
	if (n <= 0 || !source->again || source->again(source->payload, err) < 0) return -1;
	head.len = (size_t)n;
	for (char *line = head.data, *end; line < head.data + n; line = end + 1, lines++) {
		if (!(end = memchr(line, '\n', (size_t)(head.data + n - line)))) return -1;
		*end = '\0';
		if (!vv_array_find(p->columns, p->column_count, it, !strstr(line, it->name))) {
			return lines;
		}
	}
	return -1;
}

/* Imports it as a new table at path, if no root of that path is left. how: newly. */
static vv_status read_new(repair *r, const char *path, const vv_source *source, const void *how,
			  vv_error *err)
{
	const newly *n = how;
	vv_dataset_options opts = VV_DATASET_OPTIONS_INIT;
	vv_dataset_target to = {open_sink, r};
	vv_auto(vv_dataset_found) found = {0};
	vv_status rc;

	opts.no_parent = true;
	opts.key = n->key;
	opts.order = n->order;
	if (n->header && (opts.hints.skip = find_header(n->header, source, err)) < 0) return VV_OK;
	if ((rc = vv_dataset_reader_import(r->ask->reader, path, source, &opts, &to, &found, err)) <
		    0 ||
	    (rc = put_root(r, &found.result.root, err)) < 0) {
		return rc;
	}
	return found.result.root.kind == VV_KIND_TABLE
		       ? add_cuts(r, path, &found.result.root, n->forms, err)
		       : VV_OK;
}

/* With the key that is found, with the pointer's, and with this in key order; then with a header that is
 * not where it would be found. */
static vv_status read_each_way(repair *r, const vv_repair_version *v, const char *file, forms *f,
			       vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p = {0};
	const bool found = find_pointer(r, v, &arena, &p);
	vv_auto_free const char **key = vv_calloc(p.key_count + 1, sizeof(*key));
	const newly ways[] = {{NULL, VV_ORDER_KEEP, NULL, f},
			      {key, VV_ORDER_KEEP, NULL, f},
			      {key, VV_ORDER_KEEP, &p, f},
			      {key, VV_ORDER_KEY, NULL, f},
			      {key, VV_ORDER_KEY, &p, f}};
	vv_status rc = vv_alloc_ok(key, err);

	for (size_t i = 0; key && i < p.key_count; i++) {
		key[i] = p.key[i];
	}
	for (size_t i = 0; rc == VV_OK && i < (!found ? 1u : p.key_count == 0 ? 3u : 5u); i++) {
		rc = read_file(r, file, v->path, read_new, &ways[i], err);
	}
	return rc;
}

/* Reads the file in every form that the version's path ever had. */
static vv_status from_file(repair *r, const vv_repair_version *v, const char *file, vv_error *err)
{
	forms f = {NULL, 0, 0};
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < r->ask->count; i++) {
		const vv_repair_version *other = &r->ask->versions[i];

		if (!vv_cid_is_null(&other->root) && strcmp(other->path, v->path) == 0 &&
		    vv_writer_get(r->w, &other->root, &block, VV_IGNORED) == VV_OK) {
			rc = add_form(&f, &block, err);
		}
	}
	if (rc == VV_OK && vv_cid_set_has(r->wanted, &v->root)) {
		rc = read_each_way(r, v, file, &f, err);
	}
	for (size_t i = 0; rc == VV_OK && i < f.count; i++) {
		rc = read_file(r, file, file, read_as, &f.roots[i], err);
	}
	vv_array_clear(f.roots, f.count, it, vv_root_clear(it));
	return rc;
}

static vv_status from_worktree(repair *r, vv_error *err)
{
	vv_status rc = VV_OK;

	vv_array_each(r->items, r->count, item) {
		item->tried = false;
	}
	for (size_t i = 0; i < r->count; i++) {
		if (r->items[i].tried) {
			continue;
		}
		for (size_t k = i; k < r->count; k++) {
			r->items[k].tried |= strcmp(r->items[k].v->path, r->items[i].v->path) == 0;
		}
		if ((rc = from_file(r, r->items[i].v, r->items[i].v->path, err)) < 0) return rc;
	}
	return VV_OK;
}

/* A version whose file may have another name by now: one of the same length. */
typedef struct renamed {
	repair *r;
	const vv_repair_version *v;
	uint64_t bytes;
} renamed;

static bool find_length(repair *r, const vv_repair_version *v, uint64_t *bytes)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_pointer p = {0};
	vv_auto(vv_root) root = {0};
	bool found = find_pointer(r, v, &arena, &p);

	*bytes = p.bytes;
	if (!found) {
		found = vv_writer_get(r->w, &v->root, &block, VV_IGNORED) == VV_OK &&
			vv_root_decode(&root, block.data, block.len, VV_IGNORED) == VV_OK;
		*bytes = vv_root_file_bytes(&root);
	}
	return found;
}

static vv_status try_renamed(void *payload, const char *path, vv_error *err)
{
	const renamed *n = payload;
	vv_auto(char) *file = vv_repository_file(n->r->repo, path);
	vv_stat st;

	if (!file) return vv_fail_nomem(err);
	bool same = strcmp(path, n->v->path) != 0 && vv_lstat(&st, file, VV_IGNORED) == VV_OK &&
		    S_ISREG(st.mode) && st.size == n->bytes;
	return same ? from_file(n->r, n->v, path, err) : VV_OK;
}

static vv_status from_renamed(repair *r, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_status rc = vv_index_open(&x, r->repo, err);

	for (size_t i = 0; rc == VV_OK && i < r->count; i++) {
		renamed n = {.r = r, .v = r->items[i].v};

		if (!find_length(r, n.v, &n.bytes)) {
			continue;
		}
		for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(x, &e);) {
			rc = try_renamed(&n, e.path, err);
		}
		if (rc == VV_OK) {
			rc = vv_untracked_each(x, "", true, try_renamed, &n, err);
		}
	}
	return rc;
}

/* ---- peers ---- */

/* Version by version; look_again drops those that are whole, so that a copy of the list is
 * gone through. */
static vv_status from_peers(repair *r, vv_error *err)
{
	vv_auto(vv_needed) *n = vv_needed_new_from(r->repo, r->ask->from);
	size_t count = r->count;
	vv_auto_free vv_cid *roots = vv_calloc(count + 1, sizeof(*roots));
	vv_error why, last = {0};
	vv_status rc = n && roots ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		roots[i] = r->items[i].v->root;
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (vv_needed_fetch(n, &roots[i], &why) == VV_OK) {
			rc = look_again(r, vv_needed_by(n), err);
		} else if (why.code == VV_ENOMEM) {
			rc = vv_error_copy(err, &why);
		} else if (why.code != VV_EMISSING && strcmp(why.message, last.message) != 0) {
			vv_notes_warn(vv_repository_notes(r->repo), "%s", why.message);
			last = why;
		}
	}
	return rc;
}

/* ---- the whole ---- */

static vv_status tell_file(void *payload, const char *name, const char *kept, uint64_t blocks,
			   vv_error *err)
{
	const repair *r = payload;
	vv_auto(vv_buf) what = VV_BUF_INIT;
	vv_status rc;

	vv_buf_printf(&what, "%s copied to a new pack; %s%s",
		      vv_text_counted(blocks, "block", NULL),
		      kept ? "the damaged pack was renamed to " : "nothing was lost",
		      kept ? vv_text_shows(kept) : "");
	if ((rc = vv_buf_ok(&what, err)) == VV_OK) {
		rc = r->ask->told(r->ask->payload, NULL, name, vv_buf_cstr(&what), err);
	}
	return rc;
}

static vv_status repair_store(repair *r, vv_error *err)
{
	const vv_salvage ask = {.names = r->ask->files,
				.count = r->ask->file_count,
				.lock_wait_ms = LOCK_WAIT_MS,
				.told = tell_file,
				.payload = r};
	vv_status rc;

	if ((rc = vv_repository_store(r->repo, &r->store, err)) < 0) return rc;
	/* Before anything is removed: a node in the store no longer implies the blocks below it. */
	if ((rc = vv_repository_set_incomplete(r->repo, true, err)) < 0 ||
	    (rc = vv_complete_tips_forget(r->repo, err)) < 0 ||
	    (rc = vv_store_salvage(r->store, &ask, err)) < 0 || (rc = find_broken(r, err)) < 0 ||
	    (rc = take_from(r, from_kept, "a damaged pack", err)) < 0) {
		return rc;
	}
	if (vv_repository_workdir(r->repo) &&
	    ((rc = take_from(r, from_worktree, "the work tree", err)) < 0 ||
	     (rc = take_from(r, from_renamed, "the work tree, where it has another name", err)) <
		     0)) {
		return rc;
	}
	if (r->count > 0 && r->ask->from->count > 0 && (rc = from_peers(r, err)) < 0) return rc;
	/* With new blocks, a difference in a retired pack may have become readable. */
	return take_from(r, from_kept, "a damaged pack", err);
}

vv_status vv_repair_run(const vv_repair *ask, vv_error *err)
{
	repair r = {.ask = ask, .repo = vv_dataset_reader_parts(ask->reader)->repo};
	vv_status rc = repair_store(&r, err);

	vv_array_clear(r.items, r.count, it, vv_buf_clear(&it->from));
	vv_cid_set_free(r.wanted);
	return rc;
}
