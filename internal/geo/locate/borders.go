package locate
