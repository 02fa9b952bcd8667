/*
 * attribute_rules: the lines of one .gitattributes file, and which of them match a path.
 *
 * Lines mean what gitattributes(5) and Git's own reader make of them: of a line with a name that
 * is none, of one that begins with '!', and of one of 2,048 bytes and more nothing counts. A
 * pattern without wildcards is found by its hash, whatever the number of lines.
 *
 *	rc = vv_attr_rules_parse(&rules, &text, VV_ATTR_MACROS, err); // takes the text's bytes
 *	rc = vv_attr_rules_find(rules, "below/the/file's/folder.csv", &found, err);
 *	for (i = 0; i < found.count; i++) { ... found.lines[i], the last line first ... }
 *	rc = vv_attr_words_read(&words, &found.lines[i], &sound, err);
 */
#ifndef VV_REPO_GIT_INDEX_ATTRIBUTE_RULES_H
#define VV_REPO_GIT_INDEX_ATTRIBUTE_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

typedef struct vv_attr_rules vv_attr_rules;

enum {
	VV_ATTR_MACROS = 1, /* "[attr]name ..." counts: not below the top folder */
	VV_ATTR_BLOB = 2,   /* from the index or HEAD: a NUL ends all of it, and a BOM is text */
	VV_ATTR_FOLDS = 4   /* patterns match in upper and in lower case */
};

/* Takes over the buffer, also on failure. */
vv_status vv_attr_rules_parse(vv_attr_rules **out, vv_buf *take_text, unsigned flags,
			      vv_error *err);
void vv_attr_rules_free(vv_attr_rules *r); /* accepts NULL */
VV_AUTO_FREE(vv_attr_rules, vv_attr_rules_free)

/* What a line says, from its first attribute on; borrowed from the rules. */
typedef struct vv_attr_line_words {
	const char *text;
	size_t len;
} vv_attr_line_words;

typedef struct vv_attr_found {
	vv_attr_line_words *lines;
	size_t count, cap;
} vv_attr_found;

/* Appends the words of the lines that match path, which counts from the file's folder: the last
 * line first. */
vv_status vv_attr_rules_find(const vv_attr_rules *r, const char *path, vv_attr_found *found,
			     vv_error *err);
/* What the macro of that name stands for: its last definition. False: there is none. */
bool vv_attr_rules_macro(const vv_attr_rules *r, const char *name, size_t len,
			 vv_attr_line_words *out);

typedef enum vv_attr_kind {
	VV_ATTR_SET,
	VV_ATTR_UNSET,       /* "-name" */
	VV_ATTR_UNSPECIFIED, /* "!name" */
	VV_ATTR_STRING
} vv_attr_kind;

/* One attribute; borrowed from the line. */
typedef struct vv_attr_word {
	const char *name, *value;
	size_t name_len, value_len;
	vv_attr_kind kind;
} vv_attr_word;

typedef struct vv_attr_words {
	vv_attr_word *items;
	size_t count, cap;
} vv_attr_words;

/* Appends the attributes of a line. *sound false, with nothing appended, where one has a name that
 * is none: then the line counts for nothing. */
vv_status vv_attr_words_read(vv_attr_words *words, const vv_attr_line_words *line, bool *sound,
			     vv_error *err);

#endif
