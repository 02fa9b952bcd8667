/*
 * about: reads the members of datapackage.json that describe the data as a whole: title, authors,
 * licence.
 *
 * The members are those of Data Package (https://datapackage.org/standard/data-package/).
 */
#ifndef VV_LIB_PUBLISH_ABOUT_H
#define VV_LIB_PUBLISH_ABOUT_H

#include <stddef.h>

#include "base/arena.h"
#include "base/json/json.h"

/* The description of the data. Texts are borrowed from the package, UTF-8; NULL: no such member. */
typedef struct vv_about {
	const char *title, *description, *homepage, *version;
	const char *licence, *licence_url; /* name and path of the first licence */
	const char *publisher;             /* the first contributor with this role */
	const char **authors;              /* the other contributors; in the arena */
	size_t author_count;
	const char **keywords; /* in the arena */
	size_t keyword_count;
} vv_about;

/* Sets *out to the members of the parsed datapackage.json; package may be NULL. Skips members of other types
 * than the standard's. VV_ENOMEM. */
vv_status vv_about_read(vv_about *out, vv_arena *arena, const vv_json *package, vv_error *err);

/* Appends to out the address `site` that a published folder will have, with a '/' at its end. VV_EUSAGE:
 * it is not an http or https address of a folder. */
vv_status vv_about_site(vv_buf *out, const char *site, vv_error *err);

#endif
