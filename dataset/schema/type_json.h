/*
 * type_json: tests whether a text is JSON of a type: an object, an array, a point or GeoJSON. If
 * memory runs out, the tests return true, to avoid false findings.
 */
#ifndef VV_DATASET_SCHEMA_TYPE_JSON_H
#define VV_DATASET_SCHEMA_TYPE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/json/json.h"

/* Returns true if the text is a JSON value of this type: VV_JSON_OBJECT or VV_JSON_ARRAY. */
bool vv_type_is_json(const char *s, size_t len, vv_json_type type);
/* Returns true if the text is a GeoJSON object. */
bool vv_type_is_geojson(const char *s, size_t len);
/* Returns true if the text is a geopoint in the format "object", or "array" if object is false. */
bool vv_type_is_geopoint(const char *s, size_t len, bool object);

/* Returns true if the text is a valid longitude (lon true: a number from -180 to 180) or latitude
 * (lon false: from -90 to 90). */
bool vv_type_is_degrees(const char *s, size_t len, bool lon);

/* Parses a text that is a JSON array, and returns the array, which is in arena. Returns NULL if the
 * text is not an array, or, with *unknown set to true, if out of memory. */
const vv_json *vv_type_read_array(bool *unknown, vv_arena *arena, const char *s, size_t len);

#endif
