import { elementwiseRecipes } from './elementwise.js'
import { imageRecipes } from './image.js'
import { learningRecipes } from './learning.js'
import { rearrangingRecipes } from './rearranging.js'
import type { RecipeTable } from './recipe.js'
import { reducingRecipes } from './reducing.js'

/** Ways to use every admitted operator. */
export const recipes: RecipeTable = {
  ...elementwiseRecipes,
  ...imageRecipes,
  ...learningRecipes,
  ...rearrangingRecipes,
  ...reducingRecipes,
}
