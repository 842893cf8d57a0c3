"""Every shipped programme: each row of the table that it comes from, told as dated stories."""
