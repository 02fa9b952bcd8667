/*
 * type_json: texts that contain JSON: objects, arrays, points, GeoJSON.
 */
#ifndef VV_DATASET_SCHEMA_TYPE_JSON_H
#define VV_DATASET_SCHEMA_TYPE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/json/json.h"

bool vv_type_is_json(const char *s, size_t len, vv_json_type type);
bool vv_type_is_geojson(const char *s, size_t len);
bool vv_type_is_geopoint(const char *s, size_t len, bool object); /* else array */

/* A finite number from -180 to 180 (lon), or from -90 to 90. */
bool vv_type_is_degrees(const char *s, size_t len, bool lon);

/* The array in the text, in the arena. NULL: not an array, or, *unknown, out of memory. */
const vv_json *vv_type_read_array(bool *unknown, vv_arena *arena, const char *s, size_t len);

#endif
