/*
 * car: versions in CAR files of IPFS, out and in.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json/json_list.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/ipfs/commands.h"
#include "cmd/ipfs/published.h"
#include "dataset/table/verify.h"
#include "lib/names/version.h"
#include "lib/names/version_files.h"
#include "transport/ipfs/car.h"

typedef struct options {
	const char *format;
	bool quiet, unixfs;
} options;

static const vv_option table[] = {
	OPT_CHOICE(0, "format", format, "FORMAT", "text|json", "the output format"),
	OPT_WORD(0, "json", format, "json", "short for --format json"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
	OPT_FLAG(0, "unixfs", unixfs,
		 "export: write a UnixFS file, which every IPFS program reads"),
};

typedef struct job {
	const options *o;
	vv_context *c;
} job;

static bool wants_json(const options *o)
{
	return vv_wants_json(o->format);
}

/* ---- export ---- */

typedef struct target {
	int fd;
	const char *path; /* for messages */
} target;

static vv_status write_piece(void *payload, const void *bytes, size_t len, vv_error *err)
{
	const target *t = payload;

	return vv_write_full(t->fd, bytes, len, t->path, err);
}

/* Small pieces are gathered: a block's head is 40 bytes. */
typedef struct gather {
	target to;
	vv_buf buf;
} gather;

static void gather_clear(gather *g)
{
	vv_buf_clear(&g->buf);
}
VV_AUTO_CLEAR(gather, gather_clear)

static vv_status gather_flush(gather *g, vv_error *err)
{
	vv_status rc = vv_buf_ok(&g->buf, err);

	if (rc == VV_OK && g->buf.len > 0) {
		rc = write_piece(&g->to, g->buf.data, g->buf.len, err);
	}
	vv_buf_reset(&g->buf);
	return rc;
}

static vv_status gather_put(void *payload, const void *bytes, size_t len, vv_error *err)
{
	gather *g = payload;

	vv_buf_put(&g->buf, bytes, len);
	return g->buf.len > (256u << 10) || g->buf.failed ? gather_flush(g, err) : VV_OK;
}

typedef struct export
{
	vv_cid root;
	vv_car_source source;
	vv_version_work work;
	vv_file_maker maker;
	vv_leaf_blocks blocks; /* list NULL: varve's own blocks */
}
export;

static vv_status write_car(job *j, const export *x, int fd, const char *path, vv_car_stats *stats,
			   vv_error *err)
{
	vv_car_write_options o = {.scope = VV_CAR_ALL, .progress = j->c->progress};
	vv_auto(gather) g = {{fd, path}, VV_BUF_INIT};
	vv_status rc = vv_car_write(&x->source, &x->root, &o, gather_put, &g, stats, err);

	return rc < 0 ? rc : gather_flush(&g, err);
}

/* Beside the file first, so that a half-written one never has its name. */
static vv_status write_file(job *j, const export *x, const char *path, vv_car_stats *stats,
			    vv_error *err)
{
	vv_auto(vv_new_file) f = {0};
	vv_status rc;

	if ((rc = vv_new_file_beside(&f, path, ".varve-car-", err)) < 0 ||
	    (rc = write_car(j, x, f.fd, path, stats, err)) < 0 ||
	    (rc = vv_new_file_end(&f, false, err)) < 0) {
		return rc;
	}
	return vv_new_file_place(&f, path, err);
}

static vv_status find_root(job *j, const char *text, vv_cid *out, vv_error *err)
{
	vv_auto(vv_subject) s = {0};
	vv_status rc = vv_subject_find_stored(&s, j->c->repo, j->c->reader, text, err);

	*out = s.root;
	return rc < 0 ? rc : vv_subject_refuse_expired(&s, err);
}

/* x->root is the table's; for --unixfs it becomes the file's. */
static vv_status open_export(job *j, export *x, vv_error *err)
{
	vv_cid version = x->root;
	vv_store *store;
	vv_status rc = vv_repository_store(j->c->repo, &store, err);

	if (rc < 0 || !j->o->unixfs) {
		x->source = vv_car_source_of(store);
		return rc;
	}
	if ((rc = vv_ordered_files_new(&x->work.ordered, NULL, err)) < 0) return rc;
	x->maker = vv_version_files(&x->work);
	x->blocks.from = (vv_leaf_source){store, &x->maker};
	if ((rc = vv_publish_list(&x->blocks.list, j->c->repo, &version,
				  vv_dataset_reader_pool(j->c->reader), j->c->progress, err)) < 0) {
		return rc;
	}
	x->root = *vv_leaf_list_file(x->blocks.list);
	x->source = (vv_car_source){vv_leaf_blocks_get, &x->blocks};
	return VV_OK;
}

static void close_export(job *j, export *x)
{
	if (x->blocks.list) {
		vv_publish_forget(j->c->repo, vv_leaf_list_version(x->blocks.list));
	}
	vv_leaf_list_close(x->blocks.list);
	vv_ordered_files_free(x->work.ordered);
}

static vv_status show_export(const job *j, const char *path, const vv_cid *root,
			     const vv_car_stats *stats, vv_error *err)
{
	if (j->o->quiet) return VV_OK;
	if (strcmp(path, "-") == 0) {
		vv_note("%s: %s, %s", vv_cid_shows(root),
			vv_text_counted(stats->blocks, "block", NULL), vv_text_bytes(stats->bytes));
	} else if (wants_json(j->o)) {
		return vv_out_object(2, err, {JSON_TEXT("file", path)},
				     {JSON_TEXT("root", vv_cid_shows(root))},
				     {JSON_NUMBER("blocks", stats->blocks)},
				     {JSON_NUMBER("bytes", stats->bytes)});
	} else {
		vv_out("%s: %s, %s\n%s\n", vv_text_shows(path),
		       vv_text_counted(stats->blocks, "block", NULL), vv_text_bytes(stats->bytes),
		       vv_cid_shows(root));
	}
	return VV_OK;
}

static vv_status run_export(job *j, char **argv, vv_error *err)
{
	vv_car_stats stats = {0, 0};
	export x = {.blocks = {.list = NULL}};
	vv_status rc = find_root(j, argv[1], &x.root, err);

	if (rc == VV_OK && (rc = open_export(j, &x, err)) == VV_OK) {
		if (strcmp(argv[2], "-") != 0) {
			rc = write_file(j, &x, argv[2], &stats, err);
		} else if ((rc = write_car(j, &x, STDOUT_FILENO, "the output", &stats, err)) < 0) {
			vv_out_look_for_reader();
		}
	}
	if (rc == VV_EMISSING && err->gap != VV_GAP_EXPIRED) {
		vv_hint(err, "'varve fetch --data REV' gets missing blocks from the remote; add "
			     "--from URL to get them from another repository");
	}
	if (rc == VV_OK) {
		rc = show_export(j, argv[2], &x.root, &stats, err);
	}
	close_export(j, &x);
	return rc;
}

/* ---- import ---- */

typedef struct import {
	job *j;
	vv_incoming *in;
	vv_car_reader *car;
	target from;
	vv_car_stats stats;
	uint64_t kept;
	vv_cid_set *wanted; /* blocks below the roots */
	vv_buf text;        /* messages about the roots */
	vv_json_out w;
} import;

static ssize_t read_piece(void *payload, void *buf, size_t len, vv_error *err)
{
	const target *t = payload;

	return vv_read_full(t->fd, buf, len, t->path, err);
}

static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_incoming_get(payload, cid, out, err);
}

static void describe_root(import *m, const char *cid, const vv_table *t)
{
	bool is_table = t->root.kind == VV_KIND_TABLE;

	if (wants_json(m->j->o)) {
		vv_json_put_object(&m->w, {JSON_TEXT("root", cid)},
				   {JSON_TEXT("kind", is_table ? "table" : "file")},
				   {JSON_NUMBER("rowCount", t->root.rows)},
				   {JSON_NUMBER("bytes", vv_root_file_bytes(&t->root))});
	} else if (is_table) {
		vv_buf_printf(&m->text, "%s: table, %s, %s, %s\n", cid,
			      vv_text_counted(t->root.rows, "row", NULL),
			      vv_text_counted(t->columns, "column", NULL),
			      vv_text_bytes(vv_root_file_bytes(&t->root)));
	} else {
		vv_buf_printf(&m->text, "%s: file, %s\n", cid, vv_text_bytes(t->root.bytes));
	}
}

/* A root must be a complete and undamaged dataset: others are not imported. */
static vv_status check_root(import *m, const vv_cid *cid, vv_error *err)
{
	vv_sink source = {.get = get_block, .payload = m->in};
	vv_auto(vv_table) t = {0};
	vv_status rc;

	if ((rc = vv_table_open_stored(&t, &source, cid, err)) < 0) {
		vv_prefix(err, "root %s", vv_cid_shows(cid));
		return vv_hint(
			err,
			"varve accepts only CAR files of its own tables, as written by 'varve ipfs car export' without --unixfs");
	}
	if ((rc = vv_table_check(&t, vv_dataset_reader_pool(m->j->c->reader), m->j->c->progress,
				 err)) < 0) {
		return vv_prefix(err, "root %s", vv_cid_shows(cid));
	}
	describe_root(m, vv_cid_shows(cid), &t);
	return VV_OK;
}

static vv_status check_roots(import *m, vv_error *err)
{
	size_t count;
	const vv_cid *roots = vv_car_roots(m->car, &count);

	if (count == 0) {
		return vv_fail(err, VV_EINPUT,
			       "the CAR file has no root, so its content is unknown");
	}
	vv_status rc = vv_car_complete(m->in, roots, count, &m->wanted, err);
	if (rc == VV_EMISSING) {
		return vv_hint(
			err,
			"the file is cut off or partial: import the complete file, or fetch the missing blocks from a peer; those received are kept for some time");
	}
	if (rc < 0) return rc;
	vv_array_each(roots, count, root) {
		if ((rc = check_root(m, root, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status take_in(import *m, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_car_reader_open(&m->car, read_piece, &m->from, err)) < 0 ||
	    (rc = vv_incoming_open(&m->in, m->j->c->repo, err)) < 0) {
		return rc;
	}
	if ((rc = vv_car_take(m->car, m->in, &m->stats, &m->kept, m->j->c->progress, err)) ==
	    VV_OK) {
		rc = check_roots(m, err);
	}
	if (rc < 0) return rc;
	/* Blocks that no root leads to may lack others: they do not enter the store. */
	vv_incoming_only(m->in, m->wanted);
	rc = vv_incoming_promote(m->in, err);
	vv_incoming_only(m->in, NULL);
	return rc;
}

static void show_import(import *m)
{
	if (m->j->o->quiet) return;
	if (wants_json(m->j->o)) {
		vv_json_close_array(&m->w);
		vv_json_put_members(&m->w, {JSON_NUMBER("blocks", m->stats.blocks)},
				    {JSON_NUMBER("newBlocks", m->kept)},
				    {JSON_NUMBER("bytes", m->stats.bytes)});
		vv_json_close_object(&m->w);
		vv_out("%s\n", vv_buf_cstr(&m->text));
		return;
	}
	vv_out("%s", vv_buf_cstr(&m->text));
	vv_out("%s, %s new\n", vv_text_counted(m->stats.blocks, "block", NULL),
	       vv_text_count(m->kept));
}

static void import_clear(import *m)
{
	vv_incoming_close(m->in);
	vv_cid_set_free(m->wanted);
	vv_car_reader_close(m->car);
	if (m->from.fd > STDIN_FILENO) {
		(void)vv_close(m->from.fd, NULL, NULL);
	}
	vv_buf_clear(&m->text);
}

VV_AUTO_CLEAR(import, import_clear)

static vv_status run_import(job *j, const char *path, vv_error *err)
{
	vv_auto(import) m = {
		.j = j, .from = {STDIN_FILENO, "the input"}, .w = {.buf = &m.text, .indent = 2}};
	vv_status rc;

	if (wants_json(j->o)) {
		vv_json_open_object(&m.w);
		vv_json_add_array(&m.w, "roots");
	}
	if (strcmp(path, "-") != 0) {
		m.from.path = path;
		if ((m.from.fd = vv_open(path, O_RDONLY, 0, err)) < 0) return (vv_status)m.from.fd;
	}
	if ((rc = take_in(&m, err)) < 0 || (rc = vv_buf_ok(&m.text, err)) < 0) {
		return vv_prefix(err, "%s", vv_text_shows(path));
	}
	show_import(&m);
	return VV_OK;
}

static int check_car(const vv_context *c)
{
	const char *word = c->argc > 0 ? c->argv[0] : "";
	bool out = strcmp(word, "export") == 0;

	if (c->argc == 0) return vv_usage_error("expected 'car export' or 'car import'");
	if (!out && strcmp(word, "import") != 0) {
		return vv_usage_error("expected 'car export' or 'car import', not 'car %s'",
				      vv_text_shows(word));
	}
	if (c->argc != (out ? 3 : 2)) {
		return vv_usage_error(out ? "car export requires a version, REV:PATH, and a file"
					  : "car import requires one file");
	}
	if (out && strcmp(c->argv[2], "-") == 0 && isatty(STDOUT_FILENO)) {
		return vv_usage_error(
			"a CAR file cannot be written to a terminal: name a file, or redirect stdout");
	}
	if (!out && ((const options *)c->options)->unixfs) {
		return vv_usage_error("--unixfs requires car export");
	}
	return VV_EXIT_OK;
}

static vv_status run_car(vv_context *c, vv_error *err)
{
	job j = {.o = c->options, .c = c};

	return strcmp(c->argv[0], "export") == 0 ? run_export(&j, c->argv, err)
						 : run_import(&j, c->argv[1], err);
}

const vv_command vv_cmd_ipfs_car = {
	.name = "ipfs car",
	.group = "peers",
	.summary = "write a version to an IPFS CAR file, or import one",
	.usage = "export [-q] [--json | --format FORMAT] [--unixfs] REV:PATH FILE.car\n"
		 "import [-q] [--json | --format FORMAT] FILE.car",
	.example = "$ varve ipfs car export v1:prices.csv prices.car\n"
		   "prices.car: 12 blocks, 56.7 kB\n"
		   "bafyreihx34zonw5a27x4mumsm3fzjxnk3xs2m54yhca6dzfskkmu2fzpsq",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.check = check_car,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_READER,
	.gets = true,
	.run = run_car,
};
