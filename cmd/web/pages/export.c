/*
 * export: the pages as files below the addresses that they have on a server, found by their links.
 *
 * A page's file is index.html in a folder named like its address: table/REV/prices.csv/index.html; later parts of a list are
 * from-500.html and after-COMMIT.html beside it. Pages are made in the order of their ranks, each before those that it links
 * to, as long as there is room. If there was no room for a page, those with a link to it are made again without the link; the
 * first page is made again at the end, and names the pages that were left out.
 */
#include "cmd/web/pages/export.h"

#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "cmd/web/model/missing.h"
#include "cmd/web/pages/catalogue.h"
#include "cmd/web/pages/export_folder.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/pages.h"
#include "cmd/web/pages/parts.h"
#include "lib/names/beginning.h"
#include "lib/names/version.h"
#include "transport/server/words.h"

#define PAGE_ROWS 500u /* so that a page is whole with any cells: answers have a limit */
#define CELL_MAX 1000u
#define MISSES 20u /* pages without room, before no further one is tried */
#define NAMED 20u  /* things left out that the first page names */
#define INERT                                                                                      \
	".file.txt" /* behind the names of other files; of a file whose name has it, too, so that no two are one */
#define FIRST "index.html"
#define SITEMAP_MAX 50000u /* addresses in a sitemap, by its protocol */

/* The order of work: comparisons, files that fit in half of the room, the version's other pages, those of other
 * versions, large files. */
typedef enum rank { COMPARED, FILES, PAGES, OTHERS, LARGE, RANKS } rank;

typedef struct leaf {
	vv_web_address to;
	const char *name; /* of its file, encoded as in links */
	rank rank;
	bool made, out;                     /* out: it had no room */
	char sha256[2 * VV_SHA256_LEN + 1]; /* of a file's bytes */
	uint64_t bytes;
} leaf;

/* A page that leads to another. */
typedef struct edge {
	size_t from, to;
} edge;

typedef struct export
{
	const vv_export_options *o;
	vv_web_visit *visit;
	vv_arena arena;
	char a[VV_OID_TEXT + 1], b[VV_OID_TEXT + 1]; /* a: "" where a version alone is shown */
	leaf *leaves;                                /* the first one is the first page */
	size_t count, cap;
	vv_hash_index by_name;
	edge *edges;
	size_t edge_count, edge_cap;
	size_t at;     /* the page that is made */
	bool complete; /* the search has ended: addresses without a file get no link */
	bool failed;   /* out of memory in a link */
	size_t misses, named, unnamed;
	uint64_t said;    /* hash of the last message about expired rows */
	vv_buf notes;     /* notes on omissions */
	vv_buf catalogue; /* the description of the version's tables; empty: of a comparison */
	vv_exported *done;
	vv_export_folder *folder;
	uint64_t most;
}
export;

/* ---- which addresses have files */

static bool is_plain_rows(const vv_web_rows_query *q)
{
	return !q->sort && !q->where && !(q->search && *q->search) && q->filter_count == 0 &&
	       !q->jump && q->from < VV_EXPORT_ROWS;
}

static bool is_plain_comparison(const vv_web_compare_query *q)
{
	return !q->no_added && !q->no_removed && !q->no_changed && !q->column && !q->key &&
	       !(q->search && *q->search) && q->from < VV_EXPORT_ROWS;
}

/* Is the page of any version, or of a shown one? */
static bool is_of(const export *e, const char *rev, const char *shown)
{
	return rev && strlen(rev) == VV_OID_TEXT && (e->o->what == NULL || strcmp(rev, shown) == 0);
}

static bool has_file(const export *e, const vv_web_address *to)
{
	switch (to->place) {
	case VV_WEB_AT_OVERVIEW:
		return !to->after && !to->since;
	case VV_WEB_AT_SEARCH:
		return !to->rows.search;
	case VV_WEB_AT_COMMITS:
	case VV_WEB_AT_HISTORY:
		return e->o->what == NULL && !to->since;
	case VV_WEB_AT_COMPARE:
		return is_of(e, to->rev, e->b) && is_of(e, to->other_rev, e->a) && !to->from_base &&
		       is_plain_comparison(&to->compare);
	case VV_WEB_AT_TABLE:
		return is_of(e, to->rev, e->b) && !to->has_form && is_plain_rows(&to->rows);
	case VV_WEB_AT_COLUMNS:
		return is_of(e, to->rev, e->b) && !to->name;
	case VV_WEB_AT_TREE:
	case VV_WEB_AT_CHECK:
	case VV_WEB_AT_RAW:
		return is_of(e, to->rev, e->b);
	default:
		return false;
	}
}

static rank rank_of(const export *e, const vv_web_address *to)
{
	bool other = to->rev && strcmp(to->rev, e->b) != 0;

	if (other) return OTHERS;
	if (to->place == VV_WEB_AT_COMPARE) return COMPARED;
	if (to->place == VV_WEB_AT_RAW) return FILES;
	return PAGES;
}

/* Without the parts that only a server reads; a place in a list becomes the begin of its page. */
static vv_web_address plain_address(const vv_web_address *to)
{
	bool log = to->place == VV_WEB_AT_COMMITS || to->place == VV_WEB_AT_HISTORY;
	const vv_web_address out = {.base = "",
				    .place = to->place,
				    .rev = log || to->place == VV_WEB_AT_SEARCH ? NULL : to->rev,
				    .other_rev = to->other_rev,
				    .path = to->path,
				    .name = to->name};

	return out;
}

static uint64_t page_of(const vv_web_address *to)
{
	uint64_t from = 0;

	if (to->place == VV_WEB_AT_TABLE) {
		from = to->rows.from;
	} else if (to->place == VV_WEB_AT_COMPARE) {
		from = to->compare.from;
	}
	return from - from % PAGE_ROWS;
}

/* May any web server send a file of that name to a browser? Files with these endings never run, whatever their content; a page
 * or an SVG picture would run as the publisher's, and a file with another ending may be mistaken for one. */
static bool is_inert(const char *path)
{
	static const char ends[] =
		" pdf png jpg jpeg gif webp gz zst xz bz2 zip xlsx xls ods parquet "
		"feather arrow db sqlite dta sav ";
	vv_auto(char) *word = vv_asprintf(" %s ", vv_path_ext(path));
	const size_t len = strlen(path);

	if (len >= strlen(INERT) && strcmp(path + len - strlen(INERT), INERT) == 0) return false;
	return word && word[1] != ' ' &&
	       (strstr(ends, word) ||
		strcmp(vv_http_type_of(path), "application/octet-stream") != 0);
}

static void put_name(vv_buf *out, const vv_web_address *to)
{
	const vv_web_address bare = plain_address(to);
	vv_auto(vv_buf) at = VV_BUF_FOR(out);
	bool bytes = to->place == VV_WEB_AT_RAW || to->place == VV_WEB_AT_ASSET;

	vv_web_address_put(&at, &bare);
	vv_buf_puts(out, vv_buf_cstr(&at) + 1);
	if (!bytes && out->len > 0 && out->data[out->len - 1] != '/') {
		vv_buf_putc(out, '/');
	}
	if (to->after && !bytes) {
		vv_buf_printf(out, "after-%s.html", to->after);
	} else if (page_of(to) > 0) {
		vv_buf_printf(out, "from-%llu.html", (unsigned long long)page_of(to));
	} else if (!bytes) {
		vv_buf_puts(out, FIRST);
	} else if (to->place == VV_WEB_AT_RAW && !is_inert(to->path)) {
		vv_buf_puts(out, INERT);
	}
}

static const char *copy_text(export *e, const char *text)
{
	const char *kept = text ? vv_arena_strndup(&e->arena, text, strlen(text)) : NULL;

	e->failed = e->failed || (text && !kept);
	return kept;
}

static size_t add_leaf(export *e, const vv_web_address *to, const char *name, uint64_t hash)
{
	leaf l = {.to = plain_address(to), .name = copy_text(e, name), .rank = rank_of(e, to)};

	l.to.rev = copy_text(e, l.to.rev);
	l.to.other_rev = copy_text(e, l.to.other_rev);
	l.to.path = copy_text(e, l.to.path);
	l.to.after = copy_text(e, to->after);
	l.to.rows.from = l.to.compare.from = page_of(to);
	l.to.rows.limit = l.to.compare.limit = PAGE_ROWS;
	l.to.rows.cell_max = l.to.compare.cell_max = CELL_MAX;
	if (e->failed || !vv_array_room(e->leaves, e->count, e->cap) ||
	    !vv_hash_index_add(&e->by_name, hash, e->count)) {
		e->failed = true;
		return SIZE_MAX;
	}
	e->leaves[e->count] = l;
	return e->count++;
}

/* The leaf of an address, a new one if need be; SIZE_MAX: there is none. */
static size_t find_leaf(export *e, const vv_web_address *to)
{
	vv_auto(vv_buf) name = VV_BUF_INIT;
	size_t at;

	if (!has_file(e, to)) return SIZE_MAX;
	put_name(&name, to);
	uint64_t hash = vv_xxh3(vv_buf_cstr(&name), name.len, vv_hash_seed());
	vv_hash_probe p = vv_hash_probe_begin(&e->by_name, hash);
	while (vv_hash_probe_next(&p, &at)) {
		if (strcmp(e->leaves[at].name, vv_buf_cstr(&name)) == 0) return at;
	}
	if (e->complete || name.failed) return SIZE_MAX;
	at = add_leaf(e, to, vv_buf_cstr(&name), hash);
	if (at != SIZE_MAX && to->place == VV_WEB_AT_TABLE && e->leaves[at].rank == PAGES) {
		const vv_web_address file = {
			.base = "", .place = VV_WEB_AT_RAW, .rev = to->rev, .path = to->path};

		(void)find_leaf(e, &file); /* before its rows, whether they have room or not */
	}
	return at;
}

/* From the page that is made to a file. */
static void put_way(const export *e, vv_buf *out, const char *name)
{
	const char *slash = e->leaves[e->at].name;

	if (!strchr(slash, '/')) {
		vv_buf_puts(out, "./");
	}
	while ((slash = strchr(slash, '/'))) {
		vv_buf_puts(out, "../");
		slash++;
	}
	vv_buf_puts(out, name);
}

static bool put_link(void *payload, vv_buf *out, const vv_web_address *to)
{
	export *e = payload;
	size_t at = find_leaf(e, to);

	if (at == SIZE_MAX || e->leaves[at].out) return false;
	if (!e->complete) {
		if (!vv_array_room(e->edges, e->edge_count, e->edge_cap)) {
			e->failed = true;
			return false;
		}
		e->edges[e->edge_count++] = (edge){e->at, at};
	}
	put_way(e, out, e->leaves[at].name);
	if (to->place == VV_WEB_AT_TABLE && to->rows.from % PAGE_ROWS != 0) {
		vv_buf_printf(out, "#r%llu", (unsigned long long)to->rows.from + 1);
	}
	return true;
}

/* ---- making */

/* Describes the data, and lists omitted pages, below the first page. */
static void put_rest(void *payload, vv_page *p)
{
	export *e = payload;

	if (e->at == 0 && e->catalogue.len > 0) {
		part_linked_data(&p->html, .text = vv_buf_cstr(&e->catalogue));
	}

	if (e->at == 0 && e->notes.len > 0) {
		part_note(&p->html,
			  .text = "Left out to stay within the size limit of this export:",
			  .hint = vv_buf_cstr(&e->notes));
	}
}

static const char *asset_at(const export *e, vv_page *p, const char *name)
{
	vv_auto(vv_buf) at = VV_BUF_INIT;

	put_way(e, &at, "assets/");
	return vv_page_text(p, "%s%s", vv_buf_cstr(&at), name);
}

static vv_status find_versions(export *e, vv_web_asked *asked, vv_error *err)
{
	const vv_web_address *to = asked->address;
	vv_status rc;

	asked->other = (vv_web_commit){.none = true};
	if ((rc = vv_web_commit_find(e->visit, to->rev ? to->rev : e->b, &asked->commit, NULL,
				     err)) == VV_OK &&
	    to->other_rev) {
		rc = vv_web_commit_find(e->visit, to->other_rev, &asked->other, NULL, err);
	}
	return rc;
}

/* Where a server answers with an error's page, so does a file. */
static vv_status make_page(export *e, const vv_web_asked *asked, const vv_page_place *place,
			   vv_web_reply *reply, vv_error *err)
{
	vv_auto(vv_page) p = {0};
	vv_page_place files = *place;
	vv_error why;

	vv_page_init(&p, asked, &files);
	files.style = asset_at(e, &p, "style.css");
	files.script = asset_at(e, &p, "script.js");
	files.icon = asset_at(e, &p, "icon.svg");
	vv_status rc = vv_page_make(&p, reply, &why);
	if (rc == VV_ENOTFOUND || rc == VV_EINPUT || rc == VV_EUSAGE) {
		vv_html_clear(&p.html);
		return vv_page_trouble(&p, 404, &why, &reply->body, err);
	}
	if (rc == VV_EMISSING && !asked->address->other_rev) {
		*err = why;
		return vv_web_missing_say(e->visit, NULL, &asked->commit,
					  asked->address->path ? asked->address->path : "", err);
	}
	return rc < 0 ? vv_error_copy(err, &why) : VV_OK;
}

/* The page of a leaf; its bytes in out. */
static vv_status make_leaf(export *e, size_t at, vv_buf *out, vv_error *err)
{
	const vv_page_place place = {.link = put_link, .also = put_rest, .payload = e};
	vv_web_address to = e->leaves[at].to;
	vv_web_asked asked = {
		.visit = e->visit, .address = &to, .repository = e->o->repository, .fixed = true};
	vv_web_reply reply = {.status = 200};
	vv_status rc;

	e->at = at;
	if ((rc = find_versions(e, &asked, err)) == VV_OK) {
		rc = make_page(e, &asked, &place, &reply, err);
	}
	vv_buf_clear(out);
	*out = reply.body;
	vv_web_visit_forget(e->visit);
	if (e->failed || e->visit->failed) return vv_fail_nomem(err);
	if (rc < 0) return rc;
	return vv_buf_ok(out, err);
}

/* The exact bytes of a file; *fits false: more than most. *is false: the version has no such file, or
 * it is a submodule. */
static vv_status read_data(export *e, const vv_web_address *to, uint64_t most, vv_buf *out,
			   bool *is, bool *fits, vv_error *err)
{
	vv_beginning t = {.most = most};
	vv_web_commit c;
	vv_status rc;

	if ((rc = vv_web_commit_find(e->visit, to->rev, &c, NULL, err)) == VV_OK) {
		vv_auto(vv_subject) data = {0};

		if ((rc = vv_subject_find(&data, e->visit->repo, e->visit->reader,
					  &(vv_version_name){.path = to->path, .commit = &c.id},
					  err)) == VV_OK) {
			rc = vv_subject_bytes(&data, vv_beginning_take, &t, NULL, err);
		}
		if (rc == VV_EMISSING) {
			rc = vv_web_missing_say(e->visit, NULL, &c, to->path, err);
		}
	}
	vv_web_visit_forget(e->visit);
	*is = rc != VV_ENOTFOUND && rc != VV_EUSAGE;
	*fits = !t.more;
	*out = t.bytes;
	return *is && *fits ? rc : VV_OK;
}

/* ---- writing */

static vv_status write_leaf(export *e, size_t at, const vv_buf *bytes, vv_error *err)
{
	vv_auto(vv_buf) name = VV_BUF_INIT;

	if (!vv_percent_read(&name, e->leaves[at].name, strlen(e->leaves[at].name))) {
		return vv_fail_nomem(err);
	}
	return vv_export_folder_write(e->folder, vv_buf_cstr(&name), vv_buf_cstr(bytes), bytes->len,
				      err);
}

/* The list on the first page, to which the next thing that is left out is appended. */
static vv_buf *next_omission(export *e)
{
	vv_buf_puts(&e->notes, e->notes.len > 0 ? "; " : "");
	return &e->notes;
}

static void leave_out(export *e, leaf *l)
{
	const char *what = NULL;

	if (l->to.place == VV_WEB_AT_RAW) {
		what = "the file";
	} else if (l->to.place == VV_WEB_AT_TABLE) {
		what = "rows of";
	} else if (l->to.place == VV_WEB_AT_COMPARE) {
		what = "changes of";
	} else if (l->to.place == VV_WEB_AT_COLUMNS) {
		what = "columns of";
	}

	l->out = true;
	e->done->left_out++;
	if (what && l->to.path && l->rank != OTHERS && e->named < NAMED) {
		vv_buf_printf(next_omission(e), "%s %s", what, l->to.path);
		e->named++;
	} else {
		e->unnamed++;
	}
}

/* Pages of one version have the same message, which is sent once. */
static void leave_out_expired(export *e, leaf *l, const vv_error *why)
{
	const uint64_t hash = vv_xxh3(why->message, strlen(why->message), vv_hash_seed());

	l->made = l->out = true;
	if (hash != e->said) {
		e->said = hash;
		vv_buf_printf(next_omission(e), "%s", why->message);
		vv_notes_put(vv_repository_notes(e->visit->repo), "left out: %s", why->message);
	}
}

static vv_status sum_file(leaf *l, const vv_buf *bytes, vv_error *err)
{
	uint8_t sum[VV_SHA256_LEN];
	vv_status rc = vv_sha256(sum, vv_buf_cstr(bytes), bytes->len, err);

	if (rc == VV_OK) {
		vv_hex_write(l->sha256, sum, sizeof(sum));
		l->bytes = bytes->len;
	}
	return rc;
}

/* Writes a leaf if it fits. The first page gets its room at the end. */
static vv_status try_leaf(export *e, size_t at, vv_error *err)
{
	bool bytes = e->leaves[at].to.place == VV_WEB_AT_RAW, is = true, fits = true;
	uint64_t held = vv_export_folder_bytes(e->folder, e->leaves[at].name);
	uint64_t most = e->leaves[at].rank == FILES ? e->most / 2 : e->most;
	vv_auto(vv_buf) out = VV_BUF_INIT;

	most = most > held ? most - held : 0;
	vv_status rc = bytes ? read_data(e, &e->leaves[at].to, most, &out, &is, &fits, err)
			     : make_leaf(e, at, &out, err);
	leaf *l = &e->leaves[at]; /* making may have moved them */
	if (rc == VV_EMISSING && err->gap == VV_GAP_EXPIRED && at > 0) {
		leave_out_expired(e, l, err);
		return VV_OK;
	}
	if (rc < 0) return rc;
	if (!is) {
		l->made = l->out = true;
		return VV_OK;
	}
	if (!fits && l->rank == FILES) {
		l->rank = LARGE;
		return VV_OK;
	}
	l->made = true;
	if (at == 0) return VV_OK;
	if (!fits || out.len > most) {
		leave_out(e, l);
		e->misses++;
		return VV_OK;
	}
	e->done->files += bytes;
	e->done->pages += !bytes;
	if (bytes && (rc = sum_file(l, &out, err)) < 0) return rc;
	return write_leaf(e, at, &out, err);
}

static vv_status write_leaves(export *e, vv_error *err)
{
	size_t next[RANKS] = {0};
	vv_status rc = VV_OK;

	for (size_t r = 0; rc == VV_OK && r < RANKS;) {
		size_t at = next[r];

		if (at == e->count) {
			r++;
			continue;
		}
		next[r]++;
		if (e->leaves[at].rank != (rank)r || e->leaves[at].made) {
			continue;
		}
		if (e->misses > MISSES) {
			leave_out(e, &e->leaves[at]);
			e->leaves[at].made = true;
			continue;
		}
		rc = try_leaf(e, at, err);
		while (r > 0 && next[r - 1] < e->count) { /* new leaves may precede */
			r--;
		}
	}
	return rc;
}

/* Writes pages again that link to omitted ones. */
static vv_status write_again(export *e, vv_error *err)
{
	vv_auto(vv_buf) out = VV_BUF_INIT;
	size_t last = 0;
	vv_status rc = VV_OK;

	e->complete = true;
	for (size_t i = 0; rc == VV_OK && i < e->edge_count; i++) {
		const edge *g = &e->edges[i];

		if (g->from == last || !e->leaves[g->to].out || e->leaves[g->from].out) {
			continue;
		}
		last = g->from;
		if ((rc = make_leaf(e, g->from, &out, err)) == VV_OK) {
			rc = write_leaf(e, g->from, &out, err);
		}
	}
	return rc;
}

static vv_status write_assets(export *e, vv_error *err)
{
	const vv_page_asset *a;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && (a = vv_page_asset_at(i)); i++) {
		vv_auto(vv_buf) name = VV_BUF_INIT;

		vv_buf_printf(&name, "assets/%s", a->name);
		rc = vv_export_folder_write(e->folder, vv_buf_cstr(&name), a->text, strlen(a->text),
					    err);
	}
	return rc;
}

/* ---- for search engines and programs */

static bool find_file(void *payload, const char *path, vv_catalogue_file *out)
{
	export *e = payload;
	const vv_web_address to = {.base = "", .place = VV_WEB_AT_RAW, .rev = e->b, .path = path};
	const size_t at = find_leaf(e, &to);

	if (at == SIZE_MAX || e->leaves[at].out || !e->leaves[at].sha256[0]) return false;
	out->at = e->leaves[at].name;
	if (e->o->site) {
		vv_auto(vv_buf) whole = VV_BUF_INIT;

		vv_buf_printf(&whole, "%s%s", e->o->site, e->leaves[at].name);
		out->at = copy_text(e, vv_buf_cstr(&whole));
	}
	memcpy(out->sha256, e->leaves[at].sha256, sizeof(out->sha256));
	out->bytes = e->leaves[at].bytes;
	return out->at != NULL;
}

/* A version, not a comparison, is described, if there is room for it in the first page and beside it. */
static vv_status describe_version(export *e, vv_error *err)
{
	const vv_page_place place = {.link = put_link, .payload = e};
	const vv_catalogue_places places = {.file = find_file, .payload = e, .site = e->o->site};
	vv_web_address to = {.base = "", .place = VV_WEB_AT_OVERVIEW};
	vv_web_asked asked = {
		.visit = e->visit, .address = &to, .repository = e->o->repository, .fixed = true};
	vv_auto(vv_page) p = {0};
	vv_status rc;

	if (e->a[0]) return VV_OK;
	e->at = 0;
	vv_page_init(&p, &asked, &place);
	if ((rc = find_versions(e, &asked, err)) == VV_OK) {
		rc = vv_catalogue_put(&e->catalogue, &p, &places, err);
	}
	vv_web_visit_forget(e->visit);
	if (rc < 0) return rc;
	if (vv_export_folder_bytes(e->folder, FIRST) + 2 * e->catalogue.len > e->most) {
		vv_buf_clear(&e->catalogue);
		vv_buf_puts(next_omission(e), "the description for search engines");
		e->done->left_out++;
	}
	return VV_OK;
}

static vv_status write_catalogue(export *e, vv_error *err)
{
	if (e->catalogue.len == 0) return VV_OK;
	return vv_export_folder_write(e->folder, "croissant.json", vv_buf_cstr(&e->catalogue),
				      e->catalogue.len, err);
}

/* The pages, by https://www.sitemaps.org/protocol.html. */
static void put_sitemap(export *e, vv_html *h)
{
	size_t count = 0;

	part_sitemap_begin(h);
	vv_array_each(e->leaves, e->count, l) {
		vv_auto(vv_buf) at = VV_BUF_INIT;

		if (l->out || l->to.place == VV_WEB_AT_RAW) {
			continue;
		}
		if (count++ == SITEMAP_MAX) {
			vv_buf_printf(next_omission(e), "pages of sitemap.xml after %u",
				      SITEMAP_MAX);
			break;
		}
		vv_buf_printf(&at, "%s%s", e->o->site, l == e->leaves ? "" : l->name);
		e->failed = e->failed || at.failed;
		part_sitemap_page(h, .at = vv_buf_cstr(&at));
	}
	part_sitemap_end(h);
}

static vv_status write_sitemap(export *e, vv_error *err)
{
	vv_auto(vv_html) h = VV_HTML_INIT;
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc;

	if (!e->o->site) return VV_OK;
	put_sitemap(e, &h);
	if ((rc = vv_html_take(&h, &b, err)) < 0) return rc;
	/* the first page will have the catalogue, too */
	if (vv_export_folder_bytes(e->folder, FIRST) + e->catalogue.len + b.len > e->most) {
		vv_buf_puts(next_omission(e), "sitemap.xml");
		e->done->left_out++;
		return VV_OK;
	}
	return vv_export_folder_write(e->folder, "sitemap.xml", vv_buf_cstr(&b), b.len, err);
}

static vv_status write_first(export *e, vv_error *err)
{
	vv_auto(vv_buf) html = VV_BUF_INIT;
	vv_status rc;

	if ((rc = describe_version(e, err)) < 0 || (rc = write_catalogue(e, err)) < 0 ||
	    (rc = write_sitemap(e, err)) < 0) {
		return rc;
	}

	if (e->unnamed > 0) {
		vv_buf_printf(
			&e->notes, "%s%s", e->notes.len > 0 ? "; and " : "",
			vv_text_counted(e->unnamed, "other page or file", "other pages or files"));
	}
	if ((rc = make_leaf(e, 0, &html, err)) == VV_OK) {
		e->done->bytes = vv_export_folder_bytes(e->folder, FIRST) + html.len;
		e->done->pages++;
		rc = vv_export_folder_finish(e->folder, vv_buf_cstr(&html), html.len, err);
	}
	return rc;
}

/* ---- requested versions */

static vv_status resolve_one(export *e, const char *rev, size_t len, char *out, vv_error *err)
{
	const char *name = len > 0 ? vv_arena_strndup(&e->arena, rev, len) : "HEAD";
	vv_web_commit c;
	vv_status rc;

	if (!name) return vv_fail_nomem(err);
	if ((rc = vv_web_commit_find(e->visit, name, &c, NULL, err)) == VV_OK) {
		memcpy(out, c.hex, sizeof(c.hex));
	}
	return rc;
}

static vv_status resolve_versions(export *e, vv_error *err)
{
	const char *what = e->o->what ? e->o->what : "HEAD", *dots = strstr(what, "..");
	vv_web_commit a, b, base;
	vv_status rc;

	if (!dots) return resolve_one(e, what, strlen(what), e->b, err);
	const char *second = dots + (dots[2] == '.' ? 3 : 2);
	if ((rc = resolve_one(e, what, (size_t)(dots - what), e->a, err)) < 0 ||
	    (rc = resolve_one(e, second, strlen(second), e->b, err)) < 0 || dots[2] != '.') {
		return rc;
	}
	if ((rc = vv_web_commit_find(e->visit, e->a, &a, NULL, err)) < 0 ||
	    (rc = vv_web_commit_find(e->visit, e->b, &b, NULL, err)) < 0 ||
	    (rc = vv_web_commit_base(e->visit, &a, &b, &base, err)) < 0) {
		return rc;
	}
	memcpy(e->a, base.hex, sizeof(base.hex));
	return VV_OK;
}

/* Starts at the comparison, or the overview, from which all other pages are found. */
static vv_status begin_leaves(export *e, vv_error *err)
{
	vv_web_address first = {.base = "", .place = VV_WEB_AT_OVERVIEW};

	(void)add_leaf(e, &first, FIRST, vv_xxh3(FIRST, strlen(FIRST), vv_hash_seed()));
	if (e->failed) return vv_fail_nomem(err);
	if (e->a[0]) {
		e->leaves[0].to.place = VV_WEB_AT_COMPARE;
		e->leaves[0].to.rev = e->b;
		e->leaves[0].to.other_rev = e->a;
	}
	e->leaves[0].rank = COMPARED;
	return write_assets(e, err);
}

static vv_status write_all(export *e, vv_error *err)
{
	vv_status rc;

	if ((rc = resolve_versions(e, err)) < 0 ||
	    (rc = vv_export_folder_open(&e->folder, e->o->folder, err)) < 0 ||
	    (rc = begin_leaves(e, err)) < 0 || (rc = write_leaves(e, err)) < 0 ||
	    (rc = write_again(e, err)) < 0) {
		return rc;
	}
	return write_first(e, err);
}

vv_status vv_page_export(vv_web_visit *v, const vv_export_options *o, vv_exported *out,
			 vv_error *err)
{
	const uint64_t most = o->bytes ? o->bytes : VV_EXPORT_BYTES;
	export e = {.o = o,
		    .visit = v,
		    .arena = VV_ARENA_INIT,
		    .notes = VV_BUF_INIT,
		    .done = out,
		    /* the first page must have room in any case */
		    .most = most - most / 20};

	*out = (vv_exported){.pages = 0};
	vv_status rc = write_all(&e, err);
	vv_export_folder_close(e.folder);
	vv_buf_clear(&e.notes);
	vv_buf_clear(&e.catalogue);
	vv_hash_index_clear(&e.by_name);
	vv_free_all(e.leaves, e.edges);
	vv_arena_clear(&e.arena);
	return rc;
}
