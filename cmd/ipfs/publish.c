/*
 * publish: publishes a version: its table, and the same as a file of IPFS.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/ipfs/commands.h"
#include "cmd/ipfs/published.h"
#include "lib/names/version.h"

typedef struct options {
	bool list, withdraw, quiet, with_table;
	vv_strings to;
	uint64_t timeout;
	const char *format;
} options;

static const vv_option table[] = {
	OPT_LIST(0, "to", to, "URL",
		 "also send the file to this IPFS node and pin it; may be repeated"),
	OPT_FLAG(0, "with-table", with_table, "also send the table's own blocks"),
	OPT_POSITIVE(0, "timeout", timeout, "SECONDS",
		     "stop waiting for a node after this long without a byte (default: 300)"),
	OPT_FLAG('l', "list", list, "list published versions"),
	OPT_FLAG(0, "withdraw", withdraw,
		 "withdraw a version: serve and keep it only if a branch or tag has it"),
	OPT_JSON("the output format"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

static const vv_option_rule option_rules[] = {
	{"--list", .excludes = "--withdraw --to VERSION"},
	{"--withdraw", .excludes = "--to"},
	{"--with-table --timeout", .requires = "--to"},
	{NULL, NULL, NULL},
};

typedef struct job {
	const options *o;
	vv_context *c;
	vv_buf b;
	vv_json_out w;
} job;

static bool wants_json(const job *j)
{
	return vv_wants_json(j->o->format);
}

static void json_record(vv_json_out *w, const void *item)
{
	const vv_published *p = item;

	vv_json_put_object(
		w, {JSON_TEXT("path", p->path[0] ? p->path : NULL)},
		{JSON_NUMBER("bytes", p->bytes)}, {JSON_TEXT("root", vv_cid_shows(&p->version))},
		{JSON_TEXT("unixfs", vv_cid_shows(&p->file))}, {JSON_TEXT("time", p->time)},
		{JSON_NAMES("nodes", p->holders, p->holder_count)});
}

static void text_record(const vv_published *p, bool with_time)
{
	char text[VV_CID_TEXT + 1];

	if (p->path[0]) {
		vv_out_between("", p->path, "  ");
	}
	vv_out("%s%s%s\n", vv_text_bytes(p->bytes), with_time ? "  " : "",
	       with_time ? p->time : "");
	vv_cid_text(text, &p->version);
	vv_out("  table  %s\n", text);
	vv_cid_text(text, &p->file);
	vv_out("  file   %s\n", text);
	vv_array_each(p->holders, p->holder_count, holder) {
		vv_out_between("  at     ", *holder, "\n");
	}
}

/* --- one version --------------------------------------------------------------------------- */

static vv_status show_record(job *j, const vv_published *p, const vv_leaf_list *list, vv_error *err)
{
	if (j->o->quiet) return VV_OK;
	if (wants_json(j)) {
		json_record(&j->w, p);
		return vv_out_json(&j->b, err);
	}
	text_record(p, false);
	if (vv_leaf_list_is_even(list)) {
		vv_note("with Kubo's profile unixfs-v1-2025, 'ipfs add' of this file returns the same CID");
	} else {
		vv_note("'ipfs add' of this file returns another CID, since it splits the file differently");
	}
	return VV_OK;
}

static vv_status publish_one(job *j, const char *word, vv_error *err)
{
	vv_pool *pool = vv_dataset_reader_pool(j->c->reader);
	vv_auto(vv_subject) s = {0};
	vv_auto(vv_leaf_list) *list = NULL;
	vv_auto(vv_published) p = {0};
	vv_status rc;

	if ((rc = vv_subject_find_stored(&s, j->c->repo, j->c->reader, word, err)) < 0 ||
	    (rc = vv_subject_refuse_expired(&s, err)) < 0) {
		return rc;
	}
	rc = vv_publish_list(&list, j->c->repo, &s.root, pool, j->c->progress, err);
	if (rc < 0 || (rc = vv_publish_record(&p, j->c->repo, list, s.path, err)) < 0) return rc;
	vv_array_each(j->o->to.items, j->o->to.count, node) {
		const vv_publish_to to = {*node, j->o->with_table, (unsigned)j->o->timeout,
					  j->c->progress};

		if ((rc = vv_publish_send(&p, j->c->repo, list, &to, err)) < 0) return rc;
	}
	return show_record(j, &p, list, err);
}

/* --- taking back ----------------------------------------------------------------------------- */

/* A CID of either kind, or whatever names a version. */
static vv_status find_named(job *j, const char *word, vv_cid *out, vv_error *err)
{
	vv_auto(vv_subject) s = {0};

	if (vv_published_file_cid(out, word) || vv_cid_parse(out, word, strlen(word), NULL) == 0) {
		return VV_OK;
	}
	vv_status rc = vv_subject_find_stored(&s, j->c->repo, j->c->reader, word, err);
	*out = s.root;
	return rc;
}

static vv_status withdraw_one(job *j, const char *word, vv_error *err)
{
	vv_auto(vv_published) p = {0};
	vv_cid cid;
	vv_status rc;

	if ((rc = find_named(j, word, &cid, err)) < 0 ||
	    (rc = vv_publish_withdraw(&p, j->c->repo, &cid, err)) < 0) {
		return rc;
	}
	if (wants_json(j)) {
		json_record(&j->w, &p);
		return vv_out_json(&j->b, err);
	}
	if (!j->o->quiet) {
		text_record(&p, true);
		vv_note("withdrawn: 'varve serve' now serves it only if a branch or tag contains "
			"it%s",
			p.holder_count > 0 ? "; nodes that have it may keep it" : "");
	}
	return VV_OK;
}

/* --- the list -------------------------------------------------------------------------------- */

static int older_first(const void *a, const void *b)
{
	const vv_published *x = a, *y = b;
	int by_time = strcmp(x->time, y->time);

	return by_time != 0 ? by_time : vv_cid_compare(&x->version, &y->version);
}

typedef struct records {
	vv_published *items;
	size_t count;
} records;

static void records_clear(records *x)
{
	vv_array_clear(x->items, x->count, one, vv_published_clear(one));
}

VV_AUTO_CLEAR(records, records_clear)

static vv_status read_all(records *out, const char *dir, vv_error *err)
{
	vv_auto_free vv_cid *versions = NULL;
	size_t count = 0;
	vv_status rc = vv_published_list(&versions, &count, dir, err);

	if (rc < 0) return rc;
	if (!(out->items = vv_calloc(count + 1, sizeof(*out->items)))) return vv_fail_nomem(err);
	while (out->count < count) {
		if ((rc = vv_published_find(&out->items[out->count], dir, &versions[out->count],
					    err)) < 0) {
			return rc;
		}
		out->count++;
	}
	qsort(out->items, out->count, sizeof(*out->items), older_first);
	return VV_OK;
}

static vv_status show_list(job *j, vv_error *err)
{
	vv_auto(records) all = {0};
	vv_status rc = read_all(&all, vv_repository_varvedir(j->c->repo), err);

	if (rc < 0) return rc;
	if (!wants_json(j)) {
		vv_array_each(all.items, all.count, it) {
			text_record(it, true);
		}
		return VV_OK;
	}
	vv_json_open_array(&j->w);
	vv_array_each(all.items, all.count, item) {
		json_record(&j->w, item);
	}
	vv_json_close_array(&j->w);
	return vv_out_json(&j->b, err);
}

static int check_publish(const vv_context *c)
{
	const options *o = c->options;

	if (o->timeout > 1000000) {
		return vv_usage_error("--timeout can be at most 1,000,000 seconds");
	}
	return o->list || c->argc == 1
		       ? VV_EXIT_OK
		       : vv_usage_error("publish requires one version: REV:PATH, PATH or a CID");
}

static void job_clear(job *j)
{
	vv_buf_clear(&j->b);
}

VV_AUTO_CLEAR(job, job_clear)

static vv_status run_publish(vv_context *c, vv_error *err)
{
	vv_auto(job) j = {.o = c->options, .c = c, .w = {.buf = &j.b, .indent = 2}};

	if (j.o->list) return show_list(&j, err);
	if (j.o->withdraw) return withdraw_one(&j, c->argv[0], err);
	return publish_one(&j, c->argv[0], err);
}

const vv_command vv_cmd_ipfs_publish = {
	.name = "ipfs publish",
	.group = "peers",
	.summary = "publish a version on IPFS, as a table and as a file",
	.usage = "[--to URL]... [--with-table] [-q] [--json] [REV:]PATH | CID\n"
		 "--list [--json]\n"
		 "--withdraw [-q] [--json] [REV:]PATH | CID",
	.example = "$ varve ipfs publish v1:prices.csv\n"
		   "prices.csv  263.8 kB\n"
		   "  table  bafyreiaisn5uzela7nx5iknnncqk4dspa6vgfw7khd6khctvhih3uu5kai\n"
		   "  file   bafybeievgwqmxi5xni5riojtkcuxod5ae2qwwxk4npgxcigvxk5fg6ott4",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.rules = option_rules,
	.check = check_publish,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_READER,
	.run = run_publish,
};
