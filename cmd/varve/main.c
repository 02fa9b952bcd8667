/*
 * main: the program varve.
 */
#include "cmd/varve/commands.h"

int main(int argc, char **argv)
{
	return vv_tool_main(&vv_varve, argc, argv);
}
