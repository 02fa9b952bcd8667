/*
 * opened: which version a place has now, and which are open already.
 */
#include "cmd/sql/vtab/opened.h"

#include <sqlite3ext.h>
#include <string.h>

#include "base/os.h"
#include "cmd/sql/vtab/error.h"

SQLITE_EXTENSION_INIT3

/* The commit that the place names now; "": it is a file. */
static int find_commit(char id[VARVE_ID_SIZE], const vv_sql_place *place, varve_error *err)
{
	id[0] = '\0';
	if (!place->repo ||
	    (!place->revision && varve_repo_folder(place->repo, VARVE_FOLDER_WORK_TREE))) {
		return 0;
	}
	if (place->is_id && strlen(place->revision) < VARVE_ID_SIZE) {
		memcpy(id, place->revision, strlen(place->revision) + 1);
		return 0;
	}
	return varve_rev_parse(id, place->repo, place->revision ? place->revision : "HEAD", err);
}

static char *file_of(const vv_sql_place *place)
{
	return place->repo ? sqlite3_mprintf("%s/%s",
					     varve_repo_folder(place->repo, VARVE_FOLDER_WORK_TREE),
					     place->path)
			   : sqlite3_mprintf("%s", place->path);
}

static bool same_file(const vv_sql_opened *o)
{
	struct stat now;

	return stat(o->file, &now) == 0 && now.st_size == o->is.st_size &&
	       now.st_ino == o->is.st_ino && now.st_mtim.tv_sec == o->is.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == o->is.st_mtim.tv_nsec;
}

/* The class of each column. */
static void plan_columns(vv_sql_opened *o)
{
	const char *schema = o->facts->schema;
	/* Members of the schema under which plain digits may mean something else, or nothing. */
	const bool spelled = strstr(schema, "\"decimalChar\"") || strstr(schema, "\"groupChar\"") ||
			     strstr(schema, "\"bareNumber\""),
		   unusual = spelled || strstr(schema, "\"missingValues\"");
	bool json = o->facts->format == VARVE_FORMAT_JSON ||
		    o->facts->format == VARVE_FORMAT_NDJSON;

	for (size_t i = 0; i < o->facts->columns; i++) {
		const varve_column *c = varve_table_column(o->table, i);
		vv_sql_opened_column *k = &o->columns[i];

		switch (c->type) {
		case VARVE_TYPE_INTEGER:
		case VARVE_TYPE_BOOLEAN:
		case VARVE_TYPE_YEAR:
			k->class = VV_CLASS_INTEGER;
			break;
		case VARVE_TYPE_NUMBER:
			k->class = o->catalog->exact ? VV_CLASS_TEXT : VV_CLASS_REAL;
			k->spelled = spelled && o->catalog->exact;
			break;
		default:
			k->class = VV_CLASS_TEXT;
		}
		k->plain = !unusual && strcmp(c->format, "default") == 0 &&
			   (c->type == VARVE_TYPE_INTEGER || c->type == VARVE_TYPE_NUMBER ||
			    c->type == VARVE_TYPE_STRING);
		k->string = c->type == VARVE_TYPE_STRING;
		k->usual = json && !k->string ? VARVE_CELL_LITERAL : VARVE_CELL_TEXT;
	}
}

static int open_table(vv_sql_opened *o, const vv_sql_place *place, varve_error *err)
{
	const varve_table_options how = {.size = sizeof(how),
					 .watch = &o->catalog->watch,
					 .flags = place->find_key ? VARVE_TABLE_FIND_KEY : 0};
	int rc;

	o->find_key = place->find_key;
	if (o->commit[0]) {
		rc = varve_version_at(&o->version, place->repo, o->commit, place->path, err);
	} else {
		o->file = file_of(place);
		if (!o->file) return vv_sql_error_memory(err);
		(void)stat(o->file, &o->is); /* that it is not there is reported by the next call */
		rc = place->repo
			     ? varve_version_at(&o->version, place->repo, NULL, place->path, err)
			     : varve_version_file(&o->version, NULL, place->path, err);
	}
	if (rc < 0 || (rc = varve_table_open(&o->table, o->version, &how, err)) < 0) return rc;
	o->facts = varve_table_info(o->table);
	o->columns = sqlite3_malloc64((o->facts->columns + 1) * sizeof(*o->columns));
	if (!o->columns) return vv_sql_error_memory(err);
	memset(o->columns, 0, (o->facts->columns + 1) * sizeof(*o->columns));
	plan_columns(o);
	return 0;
}

int vv_sql_opened_get(vv_sql_opened **out, vv_sql_catalog *c, const vv_sql_place *place,
		      varve_error *err)
{
	char commit[VARVE_ID_SIZE];
	vv_sql_opened *o;
	int rc = find_commit(commit, place, err);

	*out = NULL;
	if (rc < 0) return rc;
	for (o = c->opened; o; o = o->next) {
		if (o->repo == place->repo && strcmp(o->path, place->path) == 0 &&
		    strcmp(o->commit, commit) == 0 && (o->find_key || !place->find_key) &&
		    (commit[0] || same_file(o))) {
			*out = vv_sql_opened_keep(o);
			return 0;
		}
	}
	if (!(o = sqlite3_malloc64(sizeof(*o)))) return vv_sql_error_memory(err);
	*o = (vv_sql_opened){.refs = 1, .catalog = vv_sql_catalog_keep(c), .repo = place->repo};
	memcpy(o->commit, commit, sizeof(commit));
	o->path = sqlite3_mprintf("%s", place->path);
	o->label = place->revision ? sqlite3_mprintf("%s@%s", place->path, place->revision)
				   : sqlite3_mprintf("%s", place->path);
	rc = o->path && o->label ? open_table(o, place, err) : vv_sql_error_memory(err);
	o->next = c->opened;
	c->opened = o;
	if (rc < 0) {
		vv_sql_opened_drop(o);
		return rc;
	}
	*out = o;
	return 0;
}

vv_sql_opened *vv_sql_opened_keep(vv_sql_opened *o)
{
	o->refs++;
	return o;
}

void vv_sql_opened_drop(vv_sql_opened *o)
{
	vv_sql_opened **at;

	if (!o || --o->refs > 0) return;
	for (at = &o->catalog->opened; *at != o; at = &(*at)->next) {
	}
	*at = o->next;
	varve_table_free(o->table);
	varve_version_free(o->version);
	sqlite3_free(o->columns);
	sqlite3_free(o->path);
	sqlite3_free(o->label);
	sqlite3_free(o->file);
	vv_sql_catalog_drop(o->catalog);
	sqlite3_free(o);
}

int vv_sql_opened_is_current(bool *is, const vv_sql_opened *o, const vv_sql_place *place,
			     varve_error *err)
{
	char commit[VARVE_ID_SIZE];
	int rc = find_commit(commit, place, err);

	*is = rc == 0 && strcmp(commit, o->commit) == 0 && (commit[0] || same_file(o));
	return rc;
}

void vv_sql_opened_warn(vv_sql_opened *o, size_t column, int kind, uint64_t row)
{
	vv_sql_opened_column *k = &o->columns[column];
	const varve_column *of = varve_table_column(o->table, column);

	if (k->statement == o->catalog->statement && row < k->counted) return;
	k->statement = o->catalog->statement;
	k->counted = row + 1;
	if (!k->warnings[kind]) {
		k->warnings[kind] = vv_sql_catalog_warning(o->catalog, kind, o->label, of->name,
							   of->type_name);
	}
	if (k->warnings[kind]) {
		k->warnings[kind]->row = row < k->warnings[kind]->row ? row
								      : k->warnings[kind]->row;
		k->warnings[kind]->count++;
	}
}
