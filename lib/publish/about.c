/*
 * about: reads the members of datapackage.json that describe the data as a whole.
 */
#include "lib/publish/about.h"

#include <string.h>

#include "base/text.h"

/* The first item of an array member, or NULL. */
static const vv_json *items_of(const vv_json *package, const char *name)
{
	const vv_json *list = vv_json_get(package, name);

	return list && list->type == VV_JSON_ARRAY ? list->first : NULL;
}

static size_t count_items(const vv_json *package, const char *name)
{
	const vv_json *list = vv_json_get(package, name);

	return list ? list->count : 0;
}

/* "role" of version 1 of the standard, "roles" of version 2. */
static bool is_publisher(const vv_json *person)
{
	const char *role = vv_json_get_string(person, "role");

	if (role) return strcmp(role, "publisher") == 0;
	return vv_json_find(vv_json_get(person, "roles"), r,
			    r->type == VV_JSON_STRING && strcmp(r->text, "publisher") == 0) != NULL;
}

static void read_people(vv_about *out, const vv_json *first)
{
	for (const vv_json *p = first; p; p = p->next) {
		const char *name = vv_json_get_string(p, "title");

		if (!name) {
			continue;
		}
		if (is_publisher(p)) {
			out->publisher = out->publisher ? out->publisher : name;
		} else {
			out->authors[out->author_count++] = name;
		}
	}
}

vv_status vv_about_read(vv_about *out, vv_arena *arena, const vv_json *package, vv_error *err)
{
	*out = (vv_about){0};
	if (!package) return VV_OK;
	const vv_json *people = items_of(package, "contributors"),
		      *words = items_of(package, "keywords"),
		      *licence = items_of(package, "licenses");

	out->title = vv_json_get_string(package, "title");
	out->description = vv_json_get_string(package, "description");
	out->homepage = vv_json_get_string(package, "homepage");
	out->version = vv_json_get_string(package, "version");
	if (licence) {
		out->licence = vv_json_get_string(licence, "name");
		out->licence_url = vv_json_get_string(licence, "path");
	}
	out->authors = vv_arena_calloc(arena, count_items(package, "contributors") + 1,
				       sizeof(*out->authors));
	out->keywords = vv_arena_calloc(arena, count_items(package, "keywords") + 1,
					sizeof(*out->keywords));
	if (!out->authors || !out->keywords) return vv_fail_nomem(err);
	read_people(out, people);
	for (; words; words = words->next) {
		if (words->type == VV_JSON_STRING) {
			out->keywords[out->keyword_count++] = words->text;
		}
	}
	return VV_OK;
}

vv_status vv_about_site(vv_buf *out, const char *site, vv_error *err)
{
	const char *host = strstr(site, "://");
	const bool web = strncmp(site, "http://", 7) == 0 || strncmp(site, "https://", 8) == 0;

	if (!web || !host[3] || strpbrk(site, "?# \"<>")) {
		return vv_fail(err, VV_EUSAGE,
			       "--site takes the address of the folder, not '%s'\n"
			       "write it like https://example.org/prices/",
			       vv_text_shows(site));
	}
	vv_buf_puts(out, site);
	if (site[strlen(site) - 1] != '/') {
		vv_buf_putc(out, '/');
	}
	return vv_buf_ok(out, err);
}
