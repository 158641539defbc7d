#include "azsim_lab.h"

#include <stdio.h>
#include <string.h>

#include "azsim/guest/guest.h"

int main(int argc, char **argv)
{
	int status;

	if (guest_main(argc, argv, &status))
		return status;
	if (argc > 1 && strcmp(argv[1], "guest-lab") == 0)
		return lab_main(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "guest-dial") == 0)
		return lab_dial_main(argc - 1, argv + 1);
	fprintf(stderr,
		"usage: azsim guest-lab STATE_DIR SOCKET | guest-dial SOCKET ADDRESS PORT\n");
	return 2;
}
