/*
 * type_json: checks cells with JSON: objects, arrays, GeoJSON (RFC 7946).
 *
 * Parsed again for each cell. Out of memory returns yes, so that no false finding appears.
 */
#include "dataset/schema/type_json.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/json/json.h"
#include "dataset/schema/decimal.h"

/* A quick test of the first character: most cells fail here. */
static bool may_be(const char *s, size_t len, char opening)
{
	while (len > 0 && vv_is_space(*s)) {
		s++;
		len--;
	}
	return len > 0 && *s == opening;
}

/* NULL: not JSON, or with *unknown too little memory to decide. */
static const vv_json *parse_cell(bool *unknown, vv_arena *arena, const char *s, size_t len)
{
	vv_error err;
	vv_json *json = NULL;
	vv_status rc = vv_json_read(&json, arena, s, len, "cell", &err);

	*unknown = rc == VV_ENOMEM;
	return rc == VV_OK ? json : NULL;
}

bool vv_type_is_json(const char *s, size_t len, vv_json_type type)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	bool unknown;

	if (!may_be(s, len, type == VV_JSON_OBJECT ? '{' : '[')) return false;
	const vv_json *json = parse_cell(&unknown, &arena, s, len);
	return unknown || (json && json->type == type);
}

const vv_json *vv_type_read_array(bool *unknown, vv_arena *arena, const char *s, size_t len)
{
	*unknown = false;
	return may_be(s, len, '[') ? parse_cell(unknown, arena, s, len) : NULL;
}

bool vv_type_is_degrees(const char *s, size_t len, bool lon)
{
	const char *most = lon ? "18" : "9"; /* 0.18 x 10^3, 0.9 x 10^2 */
	int64_t exponent = lon ? 3 : 2;
	size_t shared = strlen(most);
	vv_auto(vv_buf) digits = VV_BUF_INIT;
	vv_decimal d;
	bool ok = vv_decimal_read(&d, &digits, NULL, s, len) && d.kind == VV_DECIMAL_FINITE;

	if (ok && d.count > 0 && d.exponent == exponent) {
		int rank = memcmp(digits.data + d.digits_at, most,
				  d.count < shared ? d.count : shared);

		ok = rank < 0 || (rank == 0 && d.count <= shared);
	} else if (ok && d.count > 0) {
		ok = d.exponent < exponent;
	}
	ok = ok || digits.failed; /* where memory runs out no finding is made up */
	return ok;
}

bool vv_type_is_geopoint(const char *s, size_t len, bool object)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	bool unknown;

	if (!may_be(s, len, object ? '{' : '[')) return false;
	const vv_json *json = parse_cell(&unknown, &arena, s, len);
	bool ok = json && json->count == 2;
	for (const vv_json *n = ok ? json->first : NULL; n; n = n->next) {
		bool named = n->name && n->name_len == 3 &&
			     (memcmp(n->name, "lon", 3) == 0 || memcmp(n->name, "lat", 3) == 0);
		bool lon = object ? named && n->name[1] == 'o' : n == json->first;

		ok = ok && n->type == VV_JSON_NUMBER && named == object &&
		     vv_type_is_degrees(n->text, n->text_len, lon);
	}
	return ok || unknown;
}

/* At least two numbers. */
static bool is_position(const vv_json *node)
{
	return node->type == VV_JSON_ARRAY && node->count >= 2 &&
	       !vv_json_find(node, n, n->type != VV_JSON_NUMBER);
}

/* Arrays, `depth` of them one inside of the other, of what is_one accepts (depth 0: one). */
static bool is_nested(const vv_json *node, unsigned depth, bool (*is_one)(const vv_json *node))
{
	const vv_json *n = node;
	unsigned level = depth;

	for (;;) {
		if (level == 0 ? !is_one(n) : n->type != VV_JSON_ARRAY) return false;
		if (level > 0 && n->first) {
			n = n->first;
			level--;
			continue;
		}
		while (n != node && !n->next) {
			n = n->parent;
			level++;
		}
		if (n == node) return true;
		n = n->next;
	}
}

/* Geometries with coordinates, and how deep these lie. */
static int coordinate_depth(const char *type)
{
	static const struct kind {
		const char *name;
		int depth;
	} kinds[] = {{"Point", 0},           {"MultiPoint", 1}, {"LineString", 1},
		     {"MultiLineString", 2}, {"Polygon", 2},    {"MultiPolygon", 3}};

	const struct kind *kind = vv_array_find(kinds, sizeof(kinds) / sizeof(kinds[0]), it,
						strcmp(it->name, type) == 0);

	return kind ? kind->depth : -1;
}

static bool is_object_or_null(const vv_json *node)
{
	return node && (node->type == VV_JSON_OBJECT || node->type == VV_JSON_NULL);
}

/* Checks one object but for the objects in it: *inner is the first of these (which may be the only
 * one), *want the type required of them ("Feature", or NULL: geometries). */
static bool is_geo_object(const vv_json *node, const vv_json **inner, bool *array,
			  const char **want)
{
	const char *type = node->type == VV_JSON_OBJECT ? vv_json_get_string(node, "type") : NULL;
	const vv_json *list;

	*inner = NULL;
	if (!type) return false;
	if (strcmp(type, "Feature") == 0) {
		list = vv_json_get(node, "geometry");
		*array = false;
		*want = "geometry";
		*inner = list && list->type == VV_JSON_OBJECT ? list : NULL;
		return is_object_or_null(list) &&
		       is_object_or_null(vv_json_get(node, "properties"));
	}
	if (strcmp(type, "FeatureCollection") == 0 || strcmp(type, "GeometryCollection") == 0) {
		list = vv_json_get(node, *type == 'F' ? "features" : "geometries");
		*array = true;
		*want = *type == 'F' ? "Feature" : "geometry";
		*inner = list && list->type == VV_JSON_ARRAY ? list->first : NULL;
		return list && list->type == VV_JSON_ARRAY;
	}
	int depth = coordinate_depth(type);
	const vv_json *coordinates = vv_json_get(node, "coordinates");
	return depth >= 0 && coordinates && is_nested(coordinates, (unsigned)depth, is_position);
}

static bool is_wanted(const vv_json *node, const char *want)
{
	const char *type = node->type == VV_JSON_OBJECT ? vv_json_get_string(node, "type") : NULL;
	bool feature = type && strncmp(type, "Feature", 7) == 0;

	if (!want) return type != NULL;
	return type && (strcmp(want, "Feature") == 0 ? strcmp(type, "Feature") == 0 : !feature);
}

static bool is_geojson(const vv_json *root)
{
	struct {
		const vv_json *node;
		bool array; /* its siblings follow */
		const char *want;
	} stack[VV_JSON_DEPTH];
	size_t depth = 1;

	stack[0].node = root;
	stack[0].array = false;
	stack[0].want = NULL;
	while (depth > 0) {
		const vv_json *node = stack[depth - 1].node, *inner;
		const char *want = stack[depth - 1].want;
		bool array = false;

		if (!is_wanted(node, want) || !is_geo_object(node, &inner, &array, &want)) {
			return false;
		}
		if (stack[depth - 1].array && node->next) {
			stack[depth - 1].node = node->next;
		} else {
			depth--;
		}
		if (inner) {
			if (depth == VV_JSON_DEPTH) return false;
			stack[depth].node = inner;
			stack[depth].array = array;
			stack[depth++].want = want;
		}
	}
	return true;
}

bool vv_type_is_geojson(const char *s, size_t len)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	bool unknown;

	if (!may_be(s, len, '{')) return false;
	const vv_json *json = parse_cell(&unknown, &arena, s, len);
	return unknown || (json && is_geojson(json));
}
