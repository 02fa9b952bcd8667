/*
 * catalogue: describes the tables of a version for search engines and other programs.
 */
#include "cmd/web/pages/catalogue.h"

#include <string.h>

#include "base/array.h"
#include "base/json/json_list.h"
#include "base/path.h"
#include "base/text.h"
#include "dataset/format/dialect.h"
#include "dataset/table/table.h"
#include "lib/publish/about.h"
#include "transport/server/words.h"

#define FORMAT "http://mlcommons.org/croissant/1.0"

/* The context that version 1.0 requires, word for word. */
static const char *const context =
	"{\"@language\": \"en\", \"@vocab\": \"https://schema.org/\", "
	"\"citeAs\": \"cr:citeAs\", \"column\": \"cr:column\", "
	"\"conformsTo\": \"dct:conformsTo\", \"cr\": \"http://mlcommons.org/croissant/\", "
	"\"rai\": \"http://mlcommons.org/croissant/RAI/\", "
	"\"data\": {\"@id\": \"cr:data\", \"@type\": \"@json\"}, "
	"\"dataType\": {\"@id\": \"cr:dataType\", \"@type\": \"@vocab\"}, "
	"\"dct\": \"http://purl.org/dc/terms/\", "
	"\"examples\": {\"@id\": \"cr:examples\", \"@type\": \"@json\"}, "
	"\"extract\": \"cr:extract\", \"field\": \"cr:field\", "
	"\"fileProperty\": \"cr:fileProperty\", \"fileObject\": \"cr:fileObject\", "
	"\"fileSet\": \"cr:fileSet\", \"format\": \"cr:format\", \"includes\": \"cr:includes\", "
	"\"isLiveDataset\": \"cr:isLiveDataset\", \"jsonPath\": \"cr:jsonPath\", "
	"\"key\": \"cr:key\", \"md5\": \"cr:md5\", \"parentField\": \"cr:parentField\", "
	"\"path\": \"cr:path\", \"recordSet\": \"cr:recordSet\", "
	"\"references\": \"cr:references\", \"regex\": \"cr:regex\", "
	"\"repeated\": \"cr:repeated\", \"replace\": \"cr:replace\", "
	"\"sc\": \"https://schema.org/\", \"separator\": \"cr:separator\", "
	"\"source\": \"cr:source\", \"subField\": \"cr:subField\", "
	"\"transform\": \"cr:transform\"}";

typedef struct catalogue {
	vv_page *p;
	const vv_catalogue_places *places;
	vv_about about;
	vv_json_out w;
	vv_web_table **tables;
	size_t count;
} catalogue;

/* The types of Table Schema in Croissant's words. */
static const char *type_of(const char *type)
{
	static const struct {
		const char *type, *word;
	} words[] = {{"integer", "sc:Integer"}, {"number", "sc:Float"},
		     {"boolean", "sc:Boolean"}, {"date", "sc:Date"},
		     {"year", "sc:Integer"},    {"datetime", "sc:DateTime"}};

	vv_array_each(words, sizeof(words) / sizeof(*words), w) {
		if (strcmp(w->type, type) == 0) return w->word;
	}
	return "sc:Text";
}

/* The identifier of a file, its rows or one of its columns: those of Croissant have no blanks. */
static const char *id_of(catalogue *c, const char *kind, const char *path, const char *column)
{
	vv_auto(vv_buf) id = VV_BUF_INIT;

	vv_buf_printf(&id, "%s/", kind);
	vv_http_encode(&id, path, strlen(path));
	if (column) {
		vv_buf_putc(&id, '/');
		vv_http_encode(&id, column, strlen(column));
	}
	c->p->failed = c->p->failed || id.failed;
	return vv_page_keep(c->p, vv_buf_cstr(&id));
}

/* Does a reader of CSV find the rows by the file's name alone? */
static bool is_plain(const vv_web_table *t)
{
	const vv_dialect *d = t->table ? &t->table->root.dialect : NULL;

	if (!d || t->of_document || d->encoding[0]) return false;
	return (vv_path_ends(t->path, ".csv") && vv_dialect_is_standard(d, ',')) ||
	       (vv_path_ends(t->path, ".tsv") && vv_dialect_is_standard(d, '\t'));
}

static void put_persons(catalogue *c)
{
	const vv_about *a = &c->about;
	const char *author = c->p->asked->commit.author;
	const char *const *names = a->author_count > 0 ? a->authors : &author;

	vv_json_add_array(&c->w, "creator");
	vv_array_each(names, a->author_count > 0 ? a->author_count : 1, name) {
		vv_json_put_object(&c->w, {JSON_TEXT("@type", "sc:Person")},
				   {JSON_TEXT("name", *name)});
	}
	vv_json_close_array(&c->w);
}

static const char *version_description(catalogue *c)
{
	if (c->about.description) return c->about.description;
	if (c->about.title) return c->about.title;
	return vv_page_text(c->p, "%s, version of %s", vv_text_counted(c->count, "table", NULL),
			    vv_page_day(c->p, &c->p->asked->commit));
}

static const char *name_of(const catalogue *c)
{
	return c->about.title ? c->about.title : c->p->asked->repository;
}

/* "Ada; Ben (2026). Prices of plants. Commit 0a1b..." */
static const char *version_citation(catalogue *c)
{
	const vv_about *a = &c->about;
	const vv_web_commit *v = &c->p->asked->commit;
	const char *names = a->author_count > 0 ? a->authors[0] : v->author;

	for (size_t i = 1; i < a->author_count; i++) {
		names = vv_page_text(c->p, "%s; %s", names, a->authors[i]);
	}
	return vv_page_text(c->p, "%s (%.4s). %s. Commit %s.", names, vv_page_iso(c->p, v),
			    name_of(c), v->hex);
}

/* The members of the version as a whole. */
static void put_version(catalogue *c)
{
	const vv_about *a = &c->about;
	const vv_web_commit *v = &c->p->asked->commit;
	const char *url = c->places->site ? c->places->site : a->homepage;
	const char *name = name_of(c), *version = a->version ? a->version : v->hex;
	const char *licence = a->licence_url ? a->licence_url : a->licence;
	vv_json_out *w = &c->w;

	vv_json_put_members(w, {JSON_RAW("@context", context)}, {JSON_TEXT("@type", "sc:Dataset")},
			    {JSON_TEXT("conformsTo", FORMAT)}, {JSON_TEXT("name", name)},
			    {JSON_TEXT("description", version_description(c))},
			    {JSON_TEXT_WHEN(licence, "license", licence)},
			    {JSON_TEXT_WHEN(url, "url", url)},
			    {JSON_TEXT("citeAs", version_citation(c))},
			    {JSON_TEXT("version", version)}, {JSON_TEXT("identifier", v->hex)},
			    {JSON_TEXT("datePublished", vv_page_iso(c->p, v))});
	put_persons(c);
	if (a->publisher) {
		vv_json_put_members(w, {JSON_OBJECT("publisher")},
				    {JSON_TEXT("@type", "sc:Organization")},
				    {JSON_TEXT("name", a->publisher)}, {JSON_END});
	}
	if (a->keyword_count > 0) {
		vv_json_put_members(w, {JSON_NAMES("keywords", a->keywords, a->keyword_count)});
	}
	if (v->parent_count > 0) {
		char before[VV_OID_TEXT + 1];

		vv_oid_text(before, &v->parents[0]);
		vv_json_put_members(w, {JSON_OBJECT("isBasedOn")},
				    {JSON_TEXT("@type", "sc:Dataset")}, {JSON_TEXT("name", name)},
				    {JSON_TEXT("identifier", before)}, {JSON_END});
	}
}

static bool find_file(const catalogue *c, const vv_web_table *t, vv_catalogue_file *file)
{
	return !t->of_document && c->places->file(c->places->payload, t->path, file);
}

static void put_files(catalogue *c)
{
	vv_json_add_array(&c->w, "distribution");
	vv_array_each(c->tables, c->count, it) {
		const vv_web_table *t = *it;
		vv_catalogue_file file;

		if (!find_file(c, t, &file)) {
			continue;
		}
		vv_json_put_object(
			&c->w, {JSON_TEXT("@type", "cr:FileObject")},
			{JSON_TEXT("@id", id_of(c, "file", t->path, NULL))},
			{JSON_TEXT("name", t->path)}, {JSON_TEXT("contentUrl", file.at)},
			{JSON_TEXT("contentSize",
				   vv_page_text(c->p, "%llu B", (unsigned long long)file.bytes))},
			{JSON_TEXT("encodingFormat", vv_http_type_of(t->path))},
			{JSON_TEXT("sha256", file.sha256)});
	}
	vv_json_close_array(&c->w);
}

/* The description or title of a column in the schema; NULL: none. */
static const char *words_of(const vv_web_column *column)
{
	return column->description ? column->description : column->title;
}

static void put_field(catalogue *c, const vv_web_table *t, const vv_web_column *column)
{
	const char *said = words_of(column);

	vv_json_put_object(
		&c->w, {JSON_TEXT("@type", "cr:Field")},
		{JSON_TEXT("@id", id_of(c, "column", t->path, column->name))},
		{JSON_TEXT("name", column->name)}, {JSON_TEXT_WHEN(said, "description", said)},
		{JSON_TEXT("dataType", type_of(column->type))}, {JSON_OBJECT("source")},
		{JSON_OBJECT("fileObject")}, {JSON_TEXT("@id", id_of(c, "file", t->path, NULL))},
		{JSON_END}, {JSON_OBJECT("extract")}, {JSON_TEXT("column", column->name)},
		{JSON_END}, {JSON_END});
}

static void put_records(catalogue *c)
{
	vv_json_add_array(&c->w, "recordSet");
	vv_array_each(c->tables, c->count, it) {
		const vv_web_table *t = *it;
		vv_catalogue_file file;

		if (!is_plain(t) || !find_file(c, t, &file)) {
			continue;
		}
		vv_json_open_object(&c->w);
		vv_json_put_members(&c->w, {JSON_TEXT("@type", "cr:RecordSet")},
				    {JSON_TEXT("@id", id_of(c, "rows", t->path, NULL))},
				    {JSON_TEXT("name", t->path)}, {JSON_ARRAY("field")});
		vv_array_each(t->columns, t->column_count, column) {
			put_field(c, t, column);
		}
		vv_json_close_array(&c->w);
		vv_json_close_object(&c->w);
	}
	vv_json_close_array(&c->w);
}

/* Each table, whether its file is here or not. */
static void put_parts(catalogue *c)
{
	vv_json_add_array(&c->w, "hasPart");
	vv_array_each(c->tables, c->count, it) {
		const vv_web_table *t = *it;
		const char *cid = t->stored ? t->tag : NULL;

		vv_json_open_object(&c->w);
		vv_json_put_members(
			&c->w, {JSON_TEXT("@type", "sc:Dataset")}, {JSON_TEXT("name", t->path)},
			{JSON_TEXT(
				"description",
				vv_page_text(c->p, "%s, %s, %s: %s", t->path,
					     vv_page_counted(c->p, t->rows, "row", NULL),
					     vv_page_counted(c->p, t->column_count, "column", NULL),
					     vv_page_bytes(c->p, t->bytes)))},
			{JSON_TEXT_WHEN(cid, "identifier", cid)}, {JSON_ARRAY("variableMeasured")});
		vv_array_each(t->columns, t->column_count, column) {
			const char *said = words_of(column);

			vv_json_put_object(
				&c->w, {JSON_TEXT("@type", "sc:PropertyValue")},
				{JSON_TEXT("name", column->name)},
				{JSON_TEXT_WHEN(said, "description", said)},
				{JSON_TEXT_WHEN(column->unit, "unitText", column->unit)});
		}
		vv_json_close_array(&c->w);
		vv_json_close_object(&c->w);
	}
	vv_json_close_array(&c->w);
}

static vv_status open_tables(catalogue *c, vv_error *err)
{
	vv_web_visit *v = c->p->asked->visit;
	const vv_web_commit *commit = &c->p->asked->commit;
	vv_web_datasets all;
	vv_status rc = vv_web_datasets_read(v, commit, SIZE_MAX, false, &all, err);

	if (rc < 0) return rc;
	c->tables = vv_arena_calloc(&c->p->arena, all.tables + 1, sizeof(vv_web_table *));
	if (!c->tables) return vv_fail_nomem(err);
	vv_array_each(all.items, all.tables, it) {
		vv_web_table *t = NULL;

		if (it->damaged) {
			continue;
		}
		if ((rc = vv_web_table_open(v, commit, it->path, &t, err)) == VV_OK &&
		    t->kind == VV_WEB_TABLE) {
			c->tables[c->count++] = t;
		}
		/* missing tables have a note on their pages */
		if (rc < 0 && rc != VV_EMISSING && rc != VV_EINPUT) return rc;
	}
	return VV_OK;
}

vv_status vv_catalogue_put(vv_buf *out, vv_page *p, const vv_catalogue_places *places,
			   vv_error *err)
{
	catalogue c = {.p = p, .places = places};
	vv_status rc;

	if ((rc = vv_about_read(&c.about, &p->arena, vv_page_package(p), err)) < 0 ||
	    (rc = open_tables(&c, err)) < 0) {
		return rc;
	}
	c.w = vv_json_begin_object(out, 2);
	put_version(&c);
	put_files(&c);
	put_records(&c);
	put_parts(&c);
	vv_json_close_object(&c.w);
	vv_buf_putc(out, '\n');
	return p->failed ? vv_fail_nomem(err) : vv_buf_ok(out, err);
}
