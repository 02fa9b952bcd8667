/*
 * settings: varve's own settings in Git's configuration: their names, values, defaults, and a line of
 * description.
 *
 * Code reads them with vv_config_u64 and similar functions; varve config and varve doctor take the
 * valid names and values from here. A test compares the names with those that the sources read.
 */
#ifndef VV_LIB_STATUS_SETTINGS_H
#define VV_LIB_STATUS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

typedef enum vv_setting_kind {
	VV_SETTING_BOOL,   /* as Git reads it: true, no, 1 ... */
	VV_SETTING_NUMBER, /* not negative, with k, m or g */
	VV_SETTING_WORD,   /* one of its choices */
	VV_SETTING_TEXT
} vv_setting_kind;

typedef struct vv_setting {
	const char *name; /* "varve.keepFree"; Git takes upper and lower case alike */
	vv_setting_kind kind;
	const char *fallback; /* the default, as a setting's text; or NULL */
	const char *choices;  /* of a word: "git|peer" */
	const char *help;     /* one line, no full stop */
} vv_setting;

extern const vv_setting vv_settings[];
extern const size_t vv_setting_count;

/* A setting "varve.x" of varve, or of a remote ("remote.NAME.varveKind"); NULL: neither. */
const vv_setting *vv_setting_find(const char *name);

/* "varve.x" and "remote.NAME.varveX", whether there is such a setting or not. */
bool vv_setting_is_ours(const char *name);
/* VV_EUSAGE, with the name that may have been meant: varve has no such setting. The name
 * is one of ours. */
vv_status vv_setting_must_exist(const char *name, vv_error *err);
/* VV_EUSAGE: an invalid value; err has the valid ones. The setting must exist. */
vv_status vv_setting_check(const char *name, const char *value, vv_error *err);

#endif
